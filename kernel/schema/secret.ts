/** A secret of a namespace, sealed: what is in it only a control plane with the key can tell. */
import { Type, type Static } from 'typebox'
import { DnsLabel, DnsName, Id, Meta, nullable, strict } from './common.ts'

export const Secret = strict({
  ...Meta,
  namespace: DnsLabel,
  name: DnsName,
  createdBy: nullable(Id),
  keyId: Type.String({ maxLength: 64, description: 'the key that it was sealed with' }),
  sealed: Type.String({ description: 'base64 of nonce, ciphertext and tag' }),
})
export type Secret = Static<typeof Secret>
