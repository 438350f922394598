use super::*;
use crate::picture::Picture;
use keyrack_protocol::Code;
use proptest::prelude::*;

fn chunk(name: &[u8], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [&length[..], name, data, &[0; 4]].concat()
}

/// A PNG of this size with these chunks between its header and its end.
fn a_png((width, height): (u32, u32), between: &[Vec<u8>]) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    let (head, end) = (chunk(b"IHDR", &header), chunk(b"IEND", &[]));
    [b"\x89PNG\r\n\x1a\n", &head[..], &between.concat(), &end].concat()
}

fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker], &length[..], data].concat()
}

fn a_jpeg(extra: &[Vec<u8>]) -> Vec<u8> {
    let size = segment(0xc0, &[8, 0, 3, 0, 5, 1, 0, 0, 0]);
    let scan = [segment(0xda, &[1, 0, 0]), vec![1, 0xff, 0, 2, 0xff, 0xd3, 3]].concat();
    [&[0xff, 0xd8][..], &segment(0xe0, b"JFIF"), &extra.concat(), &size, &scan, &scan, &[0xff, 0xd9]].concat()
}

fn riff(chunks: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (name, data) in chunks {
        body.extend([name, &u32::try_from(data.len()).unwrap().to_le_bytes()[..], data].concat());
        body.extend(vec![0; data.len() % 2]);
    }
    [b"RIFF", &u32::try_from(body.len()).unwrap().to_le_bytes()[..], &body].concat()
}

const LOSSLESS: &[u8] = &[0x2f, 4, 0x80, 0, 0, 9];

#[test]
fn a_png_keeps_what_draws_it() {
    let (data, secret) = (chunk(b"IDAT", &[1, 2, 3]), chunk(b"eXIf", b"where it was taken"));
    let whole = a_png((5, 3), std::slice::from_ref(&data));
    let (kind, clean) = picture(&whole).unwrap();
    assert_eq!((kind, clean.width, clean.height), (Kind::Png, 5, 3));
    assert_eq!(clean.bytes, whole);
    let more = [a_png((5, 3), &[secret, chunk(b"tEXt", b"by"), data]), b"<script>".to_vec()].concat();
    assert_eq!(picture(&more).unwrap().1.bytes, whole);
    assert_eq!(picture(&a_png((5, 3), &[])), None);
}

#[test]
fn a_jpeg_keeps_what_draws_it() {
    let whole = a_jpeg(&[]);
    let (kind, clean) = picture(&whole).unwrap();
    assert_eq!((kind, clean.width, clean.height), (Kind::Jpeg, 5, 3));
    assert_eq!(clean.bytes, whole);
    let extra = [segment(0xe1, b"Exif where"), segment(0xfe, b"by"), segment(0xed, b"Photoshop"), vec![0xff]];
    let more = [a_jpeg(&extra), b"<script>".to_vec()].concat();
    assert_eq!(picture(&more).unwrap().1.bytes, whole);
    let colours = a_jpeg(&[segment(0xe2, b"ICC"), segment(0xee, b"Adobe")]);
    assert_eq!(picture(&colours).unwrap().1.bytes, colours);
}

#[test]
fn a_webp_keeps_what_draws_it() {
    let whole = riff(&[(b"VP8L", LOSSLESS)]);
    let (kind, clean) = picture(&whole).unwrap();
    assert_eq!((kind, clean.width, clean.height), (Kind::WebP, 5, 3));
    assert_eq!(clean.bytes, whole);
    let header = |flags: u8| [flags, 0, 0, 0, 4, 0, 0, 2, 0, 0];
    let extended = |flags: u8, extra: &[(&[u8], &[u8])]| {
        let header = header(flags);
        let head: [(&[u8], &[u8]); 2] = [(b"VP8X", &header), (b"VP8L", LOSSLESS)];
        riff(&[&head[..], extra].concat())
    };
    let more = extended(0x1c, &[(b"EXIF", b"where"), (b"XMP ", b"by")]);
    let (_, clean) = picture(&[more, b"<script>".to_vec()].concat()).unwrap();
    assert_eq!((clean.width, clean.height), (5, 3));
    assert_eq!(clean.bytes, extended(0x10, &[]));
    let lossy = riff(&[(b"VP8 ", &[0, 0, 0, 0x9d, 1, 0x2a, 5, 0, 3, 0])]);
    assert_eq!(picture(&lossy).map(|(_, clean)| (clean.width, clean.height)), Some((5, 3)));
    assert_eq!(picture(&riff(&[(b"EXIF", b"where")])), None);
}

#[test]
fn what_is_no_picture_or_too_large_is_refused() {
    let drawn = chunk(b"IDAT", &[1]);
    let refused = |bytes: &[u8]| Picture::read(bytes) == Err(Code::InvalidPicture);
    for (width, height) in [(0, 3), (5, 0), (4097, 3), (5, 4097), (u32::MAX, u32::MAX)] {
        assert!(refused(&a_png((width, height), std::slice::from_ref(&drawn))), "{width} {height}");
    }
    assert!(Picture::read(&a_png((4096, 4096), std::slice::from_ref(&drawn))).is_ok());
    assert!(refused(&a_png((5, 3), &[chunk(b"IDAT", &vec![0; crate::picture::MOST])])));
    for wrong in
        [&b""[..], b"GIF89a", b"<svg onload=alert(1)>", b"\x89PNG", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBP"]
    {
        assert!(refused(wrong), "{wrong:?}");
    }
    for whole in [a_png((5, 3), &[drawn]), a_jpeg(&[]), riff(&[(b"VP8L", LOSSLESS)])] {
        for end in 0..whole.len() {
            assert!(refused(&whole[..end]), "{end} of {whole:?}");
        }
    }
}

proptest! {
    #[test]
    fn nothing_that_is_uploaded_ends_the_server(
        begin in 0..4_usize,
        rest in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let heads: [&[u8]; 4] = [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\xc8\0\0\0WEBP", b""];
        let bytes = [heads[begin], &rest].concat();
        if let Some((_, clean)) = picture(&bytes) {
            prop_assert!(clean.bytes.len() <= bytes.len());
            // What is clean stays as it is.
            prop_assert_eq!(picture(&clean.bytes).map(|(_, again)| again.bytes), Some(clean.bytes));
        }
    }
}
