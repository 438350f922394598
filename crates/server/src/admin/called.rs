//! What an operator calls an organization or a workspace on the socket, and has it say of itself.

use crate::error::Result;
use crate::membership::{description, metadata};
use crate::organization::said::Said;
use crate::organization::{self, slug};
use serde::Deserialize;
use serde_json::{Map, Value};

/// What is said of one that there is, or that is to be made; what is not stays, or is not there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// What it is called.
    pub name: Option<String>,
    /// What it is called in addresses.
    pub slug: Option<String>,
    /// What it says about itself.
    pub description: Option<String>,
    /// What every member sees, in place of what was there.
    pub public_metadata: Option<Map<String, Value>>,
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
            public_metadata: self.public_metadata.as_ref().map(metadata).transpose()?,
            picture: None,
        })
    }
}
