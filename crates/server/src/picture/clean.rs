//! Pictures without what does not draw them. Each kind is a row of parts with a name and a length; those that are known
//! to draw are copied, all others are left out, and what does not end properly is no picture.

use super::Kind;

/// What is left of a picture, and its size in pixels.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Clean {
    pub bytes: Vec<u8>,
    pub width: u32,
    pub height: u32,
}

type Read = fn(&[u8]) -> Option<Clean>;

/// Reads a picture of any kind; none when it is no picture.
pub fn picture(bytes: &[u8]) -> Option<(Kind, Clean)> {
    let (kind, read): (Kind, Read) = match bytes {
        [0x89, b'P', b'N', b'G', ..] => (Kind::Png, png),
        [0xff, 0xd8, ..] => (Kind::Jpeg, jpeg),
        [b'R', b'I', b'F', b'F', ..] => (Kind::WebP, webp),
        _ => return None,
    };
    read(bytes).map(|clean| (kind, clean))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

/// A little-endian number of up to four bytes.
fn le(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + length)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

/// Chunks (PNG, third edition, 5.3): a length, four letters, data, a checksum.
fn png(bytes: &[u8]) -> Option<Clean> {
    const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
    const KEPT: [&[u8]; 14] = [
        b"IHDR", b"PLTE", b"IDAT", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs",
        b"acTL", b"fcTL", b"fdAT",
    ];
    bytes.strip_prefix(SIGNATURE)?;
    let mut clean = Clean { bytes: SIGNATURE.to_vec(), ..Clean::default() };
    let (mut at, mut drawn) = (SIGNATURE.len(), false);
    loop {
        let length = usize::try_from(be32(bytes, at)?).ok()?;
        let chunk = bytes.get(at..at.checked_add(length)?.checked_add(12)?)?;
        let name = chunk.get(4..8)?;
        if (clean.width == 0) != (name == b"IHDR") {
            return None;
        }
        if name == b"IHDR" {
            (clean.width, clean.height) = (be32(chunk, 8)?, be32(chunk, 12)?);
        }
        drawn |= name == b"IDAT";
        if KEPT.contains(&name) || name == b"IEND" {
            clean.bytes.extend_from_slice(chunk);
        }
        if name == b"IEND" {
            return drawn.then_some(clean);
        }
        at += chunk.len();
    }
}

/// Segments (ITU-T T.81, B.1): a marker, and most with a length and data; after a scan's header its coded data up to the
/// next marker.
fn jpeg(bytes: &[u8]) -> Option<Clean> {
    let mut clean = Clean { bytes: vec![0xff, 0xd8], ..Clean::default() };
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        match marker {
            // A filling byte.
            0xff => {
                at += 1;
                continue;
            }
            0xd9 if clean.width > 0 => {
                clean.bytes.extend([0xff, 0xd9]);
                return Some(clean);
            }
            0x00..=0x01 | 0xd0..=0xd9 => return None,
            _ => {}
        }
        let segment = bytes.get(at..at + 2 + usize::from(be16(bytes, at + 2)?))?;
        at += segment.len();
        // What gives the size comes once, and before what is drawn.
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            (clean.height, clean.width) = (be16(segment, 5)?.into(), be16(segment, 7)?.into());
        }
        // Of what applications and people add: the form of the file, its colours, and how Adobe turns them.
        let kept = matches!(marker, 0xe0 | 0xe2 | 0xee) || !matches!(marker, 0xe0..=0xef | 0xfe);
        if kept {
            clean.bytes.extend_from_slice(segment);
        }
        if marker == 0xda {
            let coded = bytes.get(at..)?;
            let is_end = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xd0..=0xd7);
            let end = coded.windows(2).position(is_end)?;
            clean.bytes.extend_from_slice(coded.get(..end)?);
            at += end;
        }
    }
}

/// Chunks of a RIFF file (RFC 9649, section 2): four letters, a length, data, made even.
fn webp(bytes: &[u8]) -> Option<Clean> {
    const KEPT: [&[u8]; 7] = [b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];
    /// Bits of `VP8X` that announce what is left out: Exif and XMP.
    const ANNOUNCED: u8 = 0b0000_1100;
    let end = usize::try_from(le(bytes, 4, 4)?).ok()?.checked_add(8)?;
    let bytes = bytes.get(..end)?;
    if bytes.get(8..12)? != b"WEBP" {
        return None;
    }
    let mut clean = Clean { bytes: bytes.get(..12)?.to_vec(), ..Clean::default() };
    let (mut at, mut drawn) = (12, false);
    while at < bytes.len() {
        let length = usize::try_from(le(bytes, at + 4, 4)?).ok()?;
        let chunk = bytes.get(at..at.checked_add(8 + length)?.checked_add(length % 2)?)?;
        at += chunk.len();
        let name = chunk.get(..4)?;
        if clean.width == 0 {
            (clean.width, clean.height) = webp_size(name, chunk.get(8..)?)?;
        }
        drawn |= [b"VP8 ", b"VP8L", b"ANMF"].iter().any(|drawing| name == *drawing);
        if KEPT.contains(&name) {
            let begin = clean.bytes.len();
            clean.bytes.extend_from_slice(chunk);
            if name == b"VP8X" {
                *clean.bytes.get_mut(begin + 8)? &= !ANNOUNCED;
            }
        }
    }
    let length = u32::try_from(clean.bytes.len() - 8).ok()?;
    clean.bytes.get_mut(4..8)?.copy_from_slice(&length.to_le_bytes());
    drawn.then_some(clean)
}

/// The size that the first chunk says.
fn webp_size(name: &[u8], data: &[u8]) -> Option<(u32, u32)> {
    match name {
        b"VP8X" => Some((le(data, 4, 3)? + 1, le(data, 7, 3)? + 1)),
        b"VP8L" if data.first() == Some(&0x2f) => {
            let bits = le(data, 1, 4)?;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8 " if data.get(3..6)? == [0x9d, 0x01, 0x2a] => {
            Some((le(data, 6, 2)? & 0x3fff, le(data, 8, 2)? & 0x3fff))
        }
        _ => None,
    }
}

#[cfg(test)]
#[path = "clean_tests.rs"]
mod tests;
