//! What is said about an organization or workspace when it is made and when it is changed.

use super::{name, slug};
use crate::error::Result;
use crate::http::fields::Fields;
use crate::http::operation::Field;
use crate::membership::{description, metadata};
use crate::picture::{self, Picture};
use keyrack_protocol::Code;

/// What one takes that is made.
pub const NAME: Field = Field::required("name", "What it is called, at most 100 characters.").length(1, 100);
/// What it is called from now on.
pub const NEW_NAME: Field = Field::optional("name", "What it is called from now on.").length(1, 100);
/// What it is called in addresses.
pub const SLUG: Field = Field::optional(
    "slug",
    "What it is called in addresses: letters a-z and digits, words joined by hyphens. Made of the name if it is left \
     out when it is made.",
)
.length(1, slug::LONGEST);
/// What it says about itself.
pub const DESCRIPTION: Field = Field::optional(
    "description",
    "What it says about itself, at most 1000 characters; an empty text for nothing.",
)
.length(0, 1000);
/// Its picture.
pub const IMAGE: Field = Field::optional(
    "image",
    "Its picture: PNG, JPEG or WebP, at most 512 KiB and 4096 pixels a side. A file of a multipart form, or in base64; \
     an empty text removes it.",
)
.file();
/// What it carries for every member to see.
pub const METADATA: Field = Field::optional(
    "public_metadata",
    "What every member sees: an object of at most 4 KiB, which replaces the one before.",
)
.object();
/// Why what is said is refused.
pub const REFUSES: &[Code] = &[
    Code::RequiredField,
    Code::InvalidName,
    Code::InvalidSlug,
    Code::SlugTaken,
    Code::InvalidDescription,
    Code::InvalidMetadata,
    Code::InvalidPicture,
];

/// What is said; where nothing is said, it stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// The name.
    pub name: Option<String>,
    /// The slug.
    pub slug: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// The public metadata, as JSON.
    pub public_metadata: Option<String>,
    /// The picture, or that there is to be none.
    pub picture: Option<Option<Picture>>,
}

impl Said {
    /// Reads it.
    ///
    /// # Errors
    /// Those of [`REFUSES`] that concern what is said, [`Code::BadRequestBody`].
    pub fn read(fields: &Fields) -> Result<Self> {
        Ok(Self { picture: picture::said(fields, "image")?, ..Self::read_texts(fields)? })
    }

    /// Reads it but for the picture.
    ///
    /// # Errors
    /// As [`Said::read`].
    pub fn read_texts(fields: &Fields) -> Result<Self> {
        Ok(Self {
            name: fields.text("name")?.map(name).transpose()?,
            slug: fields.text("slug")?.map(slug::parse).transpose()?,
            description: fields.given("description")?.map(description).transpose()?,
            public_metadata: fields.object("public_metadata")?.map(|object| metadata(&object)).transpose()?,
            picture: None,
        })
    }
}
