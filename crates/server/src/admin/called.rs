//! What an operator calls an organization or a workspace on the socket, and has it say of itself.

use crate::error::Result;
use crate::membership::description;
use crate::organization::said::Said;
use crate::organization::{self, slug};
use serde::Deserialize;

/// What is said of one that is to be made.
///
/// # Errors
/// What is wrong with name and slug.
pub fn new(name: &str, slug: Option<&str>) -> Result<Said> {
    Ok(Said {
        name: Some(organization::name(name)?),
        slug: slug.map(slug::parse).transpose()?,
        ..Said::default()
    })
}

/// What is said of one that there is; what is not stays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    name: Option<String>,
    slug: Option<String>,
    description: Option<String>,
}

impl Change {
    /// The same, read.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn said(&self) -> Result<Said> {
        Ok(Said {
            name: self.name.as_deref().map(organization::name).transpose()?,
            slug: self.slug.as_deref().map(slug::parse).transpose()?,
            description: self.description.as_deref().map(description).transpose()?,
            ..Said::default()
        })
    }
}
