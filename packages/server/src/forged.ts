/**
 * Headers by which servers tell each other who somebody is, or what was asked for. A browser, or whoever it is, can send them as
 * well; behind a proxy that is meant to set one, read it before this.
 */
const NAMES =
  /^x[-_](keyrack([-_].*)?|forwarded[-_](user|email|groups|preferred[-_]username|access[-_]token)|auth[-_].*|authenticated[-_].*|remote[-_].*|user([-_].*)?|original[-_](url|uri|method)|rewrite[-_]url|middleware[-_]subrequest)$|^(remote[-_](user|groups|email|name))$/;

/** Whether somebody could be taken for somebody else by a header of this name, also when it is written with `_`. */
export function isForged(name: string): boolean {
  return NAMES.test(name.toLowerCase());
}
