//! Strings of the form `$id$key=value,…$salt$hash`, and the base 64 in them.

use super::Unusable;
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Everybody's base 64: padded or not.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_encode_padding(false)
        .with_decode_allow_trailing_bits(true),
);

/// A string, in its parts.
pub(super) struct Parts<'a> {
    /// What made it.
    pub id: &'a str,
    /// What is said between id and salt.
    params: &'a str,
    /// The salt, as it is written.
    pub salt: &'a str,
    /// The hash, as it is written.
    pub hash: &'a str,
}

/// The parts of a string; none if it has another form. A version of its own (`$v=19`) counts to the parameters.
pub(super) fn split(text: &str) -> Option<Parts<'_>> {
    let (id, rest) = text.strip_prefix('$')?.split_once('$')?;
    let (rest, hash) = rest.rsplit_once('$')?;
    let (params, salt) = rest.rsplit_once('$')?;
    let is_whole = [id, params, salt, hash].iter().all(|part| !part.is_empty());
    is_whole.then_some(Parts { id, params, salt, hash })
}

impl<'a> Parts<'a> {
    /// The parameters where they are one word, as passlib writes the rounds of PBKDF2.
    pub fn bare(&self) -> Option<&'a str> {
        (!self.params.contains(['=', '$'])).then_some(self.params)
    }

    /// The values of the parameters with these names.
    ///
    /// # Errors
    /// When one is missing whose name has no `?` before it, one stands twice, or there is another.
    pub fn named<const N: usize>(&self, names: [&str; N]) -> Result<[&'a str; N], Unusable> {
        let mut values = [None; N];
        for pair in self.params.split(',') {
            let (name, value) = pair.split_once('=').ok_or(Unusable::Damaged)?;
            let at = names.iter().position(|known| known.trim_start_matches('?') == name);
            let slot = at.and_then(|at| values.get_mut(at)).ok_or(Unusable::Damaged)?;
            if slot.replace(value).is_some() {
                return Err(Unusable::Damaged);
            }
        }
        let mut found = [""; N];
        for ((found, value), name) in found.iter_mut().zip(values).zip(names) {
            *found = match value {
                Some(value) => value,
                None if name.starts_with('?') => "",
                None => return Err(Unusable::Damaged),
            };
        }
        Ok(found)
    }
}

/// The bytes of a text in base 64, whichever of its alphabets (also passlib's, with a dot) and padding it is in.
pub(super) fn bytes(text: &str) -> Result<Vec<u8>, Unusable> {
    let plain = text.replace(['-', '.'], "+").replace('_', "/");
    LENIENT.decode(plain).map_err(|_| Unusable::Damaged)
}

/// Bytes as they are kept.
pub(super) fn text(bytes: &[u8]) -> String {
    LENIENT.encode(bytes)
}

/// The bytes of a text in base 16.
pub(super) fn hex(text: &str) -> Result<Vec<u8>, Unusable> {
    let digit = |c: u8| (c as char).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    });
    pairs.collect::<Option<Vec<u8>>>().ok_or(Unusable::Damaged)
}
