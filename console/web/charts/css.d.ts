/** Style sheets of packages, as text: console/cli/build.mjs. */
declare module '*.css' {
  const text: string
  export default text
}
