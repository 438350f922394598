//! The little of CBOR (RFC 8949) that authenticators write, read strictly: lengths stand before what they measure, no key
//! stands twice, nothing is nested deep. What is not like that never reaches the library that verifies. Pure.

/// How deep things may lie in each other: CTAP2 writes four levels, and a statement lies in its object.
const DEPTH: usize = 8;
/// Entries of one map, items of one list.
const MOST: u64 = 64;

const TEXT: u8 = 3;
const BYTES: u8 = 2;
const MAP: u8 = 5;

/// The kind of an item, what it says of its length, and where its content begins.
fn head(bytes: &[u8], at: usize) -> Option<(u8, u64, usize)> {
    let first = *bytes.get(at)?;
    let (major, info) = (first >> 5, first & 0x1f);
    let more = match info {
        0..=23 => return Some((major, u64::from(info), at + 1)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return None,
    };
    let content = bytes.get(at + 1..)?.get(..more)?;
    let value = content.iter().fold(0, |value, byte| (value << 8) | u64::from(*byte));
    Some((major, value, at + 1 + more))
}

/// The string that begins at `at`, and where it ends.
fn string(bytes: &[u8], at: usize, kind: u8) -> Option<(&[u8], usize)> {
    let (major, length, start) = head(bytes, at)?;
    let end = start.checked_add(usize::try_from(length).ok()?)?;
    let content = bytes.get(start..end)?;
    (major == kind).then_some((content, end))
}

/// Where the item ends that begins at `at`; none when it is not well-formed.
#[must_use]
pub fn end(bytes: &[u8], at: usize) -> Option<usize> {
    end_within(bytes, at, DEPTH)
}

fn end_within(bytes: &[u8], at: usize, depth: usize) -> Option<usize> {
    let (major, value, start) = head(bytes, at)?;
    match major {
        0 | 1 => Some(start),
        BYTES => string(bytes, at, BYTES).map(|(_, end)| end),
        TEXT => {
            let (content, end) = string(bytes, at, TEXT)?;
            std::str::from_utf8(content).is_ok().then_some(end)
        }
        4 if value <= MOST && depth > 0 => {
            (0..value).try_fold(start, |at, _| end_within(bytes, at, depth - 1))
        }
        MAP => entries(bytes, at, depth).map(|(_, end)| end),
        // Yes, no, null and fractions. Tags are none of it.
        7 => (bytes[at] & 0x1f != 24).then_some(start),
        _ => None,
    }
}

/// The keys and values of a map, each as where it begins and ends, and where the map ends.
type Entries = (Vec<(usize, usize)>, usize);

fn entries(bytes: &[u8], at: usize, depth: usize) -> Option<Entries> {
    let (major, count, start) = head(bytes, at)?;
    if major != MAP || count > MOST || depth == 0 {
        return None;
    }
    let (mut found, mut at) = (Vec::new(), start);
    for _ in 0..count {
        let value = end_within(bytes, at, depth - 1)?;
        let key = &bytes[at..value];
        if found.iter().any(|(known, end)| &bytes[*known..*end] == key) {
            return None;
        }
        found.push((at, value));
        at = end_within(bytes, value, depth - 1)?;
    }
    Some((found, at))
}

/// What stands under the text `key` in the map that `bytes` is from its beginning to its end.
fn under<'a>(bytes: &'a [u8], key: &str, kind: u8) -> Option<&'a [u8]> {
    let (entries, end) = entries(bytes, 0, DEPTH)?;
    let named = entries
        .iter()
        .find(|(at, _)| string(bytes, *at, TEXT).is_some_and(|(content, _)| content == key.as_bytes()))?;
    (end == bytes.len()).then(|| string(bytes, named.1, kind).map(|(content, _)| content)).flatten()
}

/// The bytes under the text `key` in the map that `bytes` is.
#[must_use]
pub fn bytes_under<'a>(bytes: &'a [u8], key: &str) -> Option<&'a [u8]> {
    under(bytes, key, BYTES)
}

/// The text under the text `key` in the map that `bytes` is.
#[must_use]
pub fn text_under<'a>(bytes: &'a [u8], key: &str) -> Option<&'a str> {
    under(bytes, key, TEXT).and_then(|content| std::str::from_utf8(content).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_end_where_they_say() {
        // 0, -1, 24, h'0102', "a", [1, 2], {1: 2, -1: h''}, true
        for (item, length) in [
            (&[0x00][..], 1),
            (&[0x20], 1),
            (&[0x18, 24], 2),
            (&[0x42, 1, 2], 3),
            (&[0x61, b'a'], 2),
            (&[0x82, 1, 2], 3),
            (&[0xa2, 1, 2, 0x20, 0x40], 5),
            (&[0xf5], 1),
            (&[0xfb, 0, 0, 0, 0, 0, 0, 0, 0], 9),
        ] {
            assert_eq!(end(item, 0), Some(length), "{item:x?}");
            assert_eq!(end(&[item, &[0xff]].concat(), 0), Some(length), "{item:x?}");
            assert_eq!(end(&item[..length - 1], 0), None, "{item:x?} cut");
        }
    }

    #[test]
    fn f05_what_no_authenticator_writes_is_refused() {
        let deep = [[0x81; 8].as_slice(), &[0]].concat();
        assert_eq!(end(&deep, 0), Some(9));
        let bomb = [[0x81; 9].as_slice(), &[0]].concat();
        for wrong in [
            &bomb[..],
            &[0xa2, 1, 2, 1, 3],                   // a key twice
            &[0xa2, 0x61, b'a', 1, 0x61, b'a', 2], // a text key twice
            &[0x5f, 0x41, 0, 0xff],                // indefinite lengths
            &[0x9f, 0xff],
            &[0xbf, 0xff],
            &[0xc1, 0],    // a tag
            &[0x61, 0xff], // no UTF-8
            &[0x1c],       // reserved
            &[0xf8, 0x20], // a simple value of two bytes
            &[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[],
        ] {
            assert_eq!(end(wrong, 0), None, "{wrong:x?}");
        }
    }

    #[test]
    fn a_map_is_read_by_its_keys_and_only_whole() {
        let map = [0xa2, 0x61, b'f', 0x64, b'n', b'o', b'n', b'e', 0x61, b'd', 0x42, 1, 2];
        assert_eq!((text_under(&map, "f"), bytes_under(&map, "d")), (Some("none"), Some(&[1, 2][..])));
        assert_eq!((bytes_under(&map, "f"), text_under(&map, "x")), (None, None));
        assert_eq!(text_under(&[&map[..], &[0]].concat(), "f"), None);
    }
}
