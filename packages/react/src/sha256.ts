/** SHA-256 without waiting: the browser's own answers each call by a promise, which takes longer than the hash. */

const K = constants(64, 3);
const START = constants(8, 2);

/** The first 32 bits behind the point of the roots of the first primes. */
function constants(count: number, root: number): Uint32Array {
  const found: number[] = [];
  for (let n = 2; found.length < count; n += 1) {
    let isPrime = true;
    for (let divisor = 2; divisor * divisor <= n; divisor += 1) isPrime &&= n % divisor !== 0;
    if (isPrime) found.push(Math.floor((n ** (1 / root) % 1) * 2 ** 32));
  }
  return Uint32Array.from(found);
}

/** Makes what hashes ASCII texts, one after another, in hexadecimal digits. */
export function hasher(): (ascii: string) => string {
  const words = new Uint32Array(64);
  const hash = new Uint32Array(8);
  return (ascii) => {
    const { length } = ascii;
    const blocks = ((length + 8) >> 6) + 1;
    hash.set(START);
    for (let block = 0; block < blocks; block += 1) {
      words.fill(0, 0, 16);
      const from = block * 64;
      for (let at = from; at < from + 64 && at <= length; at += 1) {
        const byte = at === length ? 0x80 : ascii.charCodeAt(at);
        words[(at - from) >> 2]! |= byte << (24 - (at % 4) * 8);
      }
      if (block === blocks - 1) words[15] = length * 8;
      compress(words, hash);
    }
    let text = '';
    for (const word of hash) text += word.toString(16).padStart(8, '0');
    return text;
  };
}

function compress(words: Uint32Array, hash: Uint32Array): void {
  for (let i = 16; i < 64; i += 1) {
    const [a, b] = [words[i - 15]!, words[i - 2]!];
    const s0 = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3);
    const s1 = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10);
    words[i] = words[i - 16]! + s0 + words[i - 7]! + s1;
  }
  let a = hash[0]!, b = hash[1]!, c = hash[2]!, d = hash[3]!, e = hash[4]!, f = hash[5]!, g = hash[6]!, h = hash[7]!;
  for (let i = 0; i < 64; i += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const one = (h + s1 + ((e & f) ^ (~e & g)) + K[i]! + words[i]!) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
  }
  hash[0]! += a; hash[1]! += b; hash[2]! += c; hash[3]! += d; hash[4]! += e; hash[5]! += f; hash[6]! += g; hash[7]! += h;
}
