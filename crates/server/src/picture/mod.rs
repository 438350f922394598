//! Pictures that people upload: read part by part, kept without what does not draw them, shown to whoever has the link.
//!
//! What a camera or an editor writes beside a picture (where it was taken, with what, a small copy of the whole) is left
//! out, and so is whatever hides behind its end: what is shown is a picture and nothing else.

mod clean;
pub mod http;
pub mod store;

use crate::error::Result;
use crate::http::fields::Fields;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use keyrack_protocol::Code;

/// Bytes of a picture.
pub const MOST: usize = 512 << 10;
/// Pixels of a side.
pub const SIDE: u32 = 4096;

/// What a picture is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Portable Network Graphics.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    WebP,
}

/// A picture as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// What it is written in.
    pub kind: Kind,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Picture({:?}, {} bytes)", self.kind, self.bytes.len())
    }
}

impl Kind {
    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::WebP => "image/webp",
        }
    }

    /// The kind whose media type this is.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Png, Self::Jpeg, Self::WebP].into_iter().find(|kind| kind.media_type() == text)
    }
}

impl Picture {
    /// Reads what somebody uploaded.
    ///
    /// # Errors
    /// [`Code::InvalidPicture`] when it is none, too large, or of another kind.
    pub fn read(bytes: &[u8]) -> std::result::Result<Self, Code> {
        if bytes.len() > MOST {
            return Err(Code::InvalidPicture);
        }
        let (kind, clean) = clean::picture(bytes).ok_or(Code::InvalidPicture)?;
        let in_bounds = |side: u32| (1..=SIDE).contains(&side);
        if !in_bounds(clean.width) || !in_bounds(clean.height) {
            return Err(Code::InvalidPicture);
        }
        Ok(Self { kind, bytes: clean.bytes })
    }
}

/// Where a picture is shown; `""` without one.
#[must_use]
pub fn url(issuer: &str, id: &str) -> String {
    if id.is_empty() { String::new() } else { format!("{issuer}/pictures/{id}") }
}

/// The picture in a field: a file, or a text in base64 that may be a `data:` address. `None` where nothing is said, and
/// `Some(None)` where the text is empty: there is to be none.
///
/// # Errors
/// [`Code::InvalidPicture`].
pub fn said(fields: &Fields, name: &str) -> Result<Option<Option<Picture>>> {
    if let Some(file) = fields.file(name) {
        return Ok(Some(Some(Picture::read(file)?)));
    }
    match fields.given(name)? {
        None => Ok(None),
        Some("") => Ok(Some(None)),
        Some(text) => {
            let text = text.split_once(";base64,").map_or(text, |(_, data)| data);
            let bytes = STANDARD.decode(text.trim()).map_err(|_| Code::InvalidPicture)?;
            Ok(Some(Some(Picture::read(&bytes)?)))
        }
    }
}
