import { KeyrackError } from './error.js';

/** The bytes of a file, as JSON has them. */
export function base64(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^.*,/, ''));
    reader.onerror = () => reject(new KeyrackError('invalid_picture', 'The file cannot be read. Choose another one.'));
    reader.readAsDataURL(file);
  });
}
