/** The ids of the test kit, under the name that tests know. */
export { idMaker } from '../../plugins/drop-ins/testing/ids.ts'
