/**
 * A unit of systemd that keeps a node running, as text: printed for whoever wants it, never installed by itself.
 * Source: https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html
 */

export interface UnitOptions {
  readonly name: string
  /** What is run, as it was called: Node.js, the script, and its arguments. */
  readonly command: readonly string[]
}

/** The token is not part of it: a unit can be read by everybody, and a node needs one only the first time. */
export const unitOf = ({ name, command }: UnitOptions): string => `# /etc/systemd/system/stark-node.service
#
#   systemctl daemon-reload && systemctl enable --now stark-node
#
# Run the command once by hand, with --token, before: from then on the node has a credential of its own in its folder.
[Unit]
Description=Stark node ${name}
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=${command.map(quoted).join(' ')}
Restart=always
RestartSec=5
# The agent stops its pods, each with its grace period; what is left then goes with it.
KillMode=mixed
TimeoutStopSec=60

[Install]
WantedBy=multi-user.target
`

/** As ExecStart reads it: "$" and "%" are its own. */
const quoted = (text: string): string => {
  const escaped = text.replaceAll('%', '%%').replaceAll('$', '$$$$')
  return /^[\w@%+=:,./-]+$/.test(escaped) ? escaped : `"${escaped.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
