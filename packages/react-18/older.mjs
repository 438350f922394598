/** Where the same file of version 18 lies, for a file of React in the workspace's node_modules. */
export function older(path) {
  return path.replace(/(?<!react-18)\/node_modules\/(react|react-dom|scheduler)\//, '/packages/react-18/node_modules/$1/');
}
