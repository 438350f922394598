use crate::admin::page::{MOST, Page};
use crate::app::Shared;
use crate::audit::By;
use crate::caller::Backend;
use crate::error::{Error, Result};
use crate::http::fields::Fields;
use crate::http::operation::Field;
use crate::organization::said as words;
use axum::extract::{FromRequest, Request};
use keyrack_protocol::Code;
use serde_json::{Map, Value};
use std::ops::Deref;

/// Entries of a page.
pub const LIMIT: Field =
    Field::optional("limit", "Entries of the page, 1 to 200 (50).").pattern("^[1-9][0-9]{0,2}$");
/// Where a page begins.
pub const CURSOR: Field = Field::optional("cursor", "The `next_cursor` of the page before.");
/// Why something is done.
pub const REASON: Field =
    Field::optional("reason", "Why, for the records: at most 200 characters.").length(0, REASON_MAX);
/// The longest reason, in characters.
const REASON_MAX: usize = 200;

/// What a backend says, in the body and the query: nothing but what the operation lists.
#[derive(Debug)]
pub struct Said(Fields);

impl FromRequest<Shared> for Said {
    type Rejection = Error;

    async fn from_request(request: Request, app: &Shared) -> Result<Self> {
        let fields = Fields::from_request(request, app).await?;
        match fields.unlisted() {
            Some(name) => {
                let text = match fields.listed().as_slice() {
                    [] => format!("{name:?} is no parameter here; there are none."),
                    names => format!("{name:?} is no parameter here; there are {}.", names.join(", ")),
                };
                Err(Error::refused(Code::InvalidParameter, text))
            }
            None => Ok(Self(fields)),
        }
    }
}

impl Deref for Said {
    type Target = Fields;
    fn deref(&self) -> &Fields {
        &self.0
    }
}

impl Said {
    /// Which page of a list is asked for, whose ids are those that `is_id` knows.
    ///
    /// # Errors
    /// [`Code::InvalidParameter`].
    pub fn page(&self, is_id: impl Fn(&str) -> bool) -> Result<Page> {
        Page::read(self.text("limit")?, self.text("cursor")?, is_id)
    }

    /// One of `words`; the first of them when nothing is said.
    ///
    /// # Errors
    /// [`Code::InvalidParameter`].
    pub fn word(&self, name: &str, words: &'static [&'static str]) -> Result<&'static str> {
        let Some(said) = self.text(name)? else { return Ok(words[0]) };
        words.iter().find(|word| **word == said).copied().ok_or_else(|| {
            let text = format!("{name} must be one of {}.", words.join(", "));
            Error::refused(Code::InvalidParameter, text)
        })
    }

    /// An object that `null` and an empty text empty: `{}` then, and none only when nothing is said.
    ///
    /// # Errors
    /// [`Code::BadRequestBody`].
    pub fn emptied_object(&self, name: &str) -> Result<Option<Map<String, Value>>> {
        match self.object(name)? {
            None => Ok(self.emptied(name)?.map(|_| Map::new())),
            object => Ok(object),
        }
    }

    /// What is said of an organization or workspace, whose description and metadata `null` empties, too.
    ///
    /// # Errors
    /// As [`words::Said::read_texts`].
    pub fn of_place(&self) -> Result<words::Said> {
        let said = words::Said::read_texts(self)?;
        let metadata = self.emptied("public_metadata").ok().flatten().map(|_| "{}".to_owned());
        Ok(words::Said {
            description: said.description.or(self.emptied("description")?.map(str::to_owned)),
            public_metadata: said.public_metadata.or(metadata),
            ..said
        })
    }

    /// Who does it, with the reason that is said.
    ///
    /// # Errors
    /// [`Code::InvalidParameter`].
    pub fn by(&self, backend: &Backend) -> Result<By> {
        let reason = self.text("reason")?.map(reason).transpose()?;
        Ok(backend.by().saying(reason.unwrap_or_default()))
    }
}

/// A reason as it is kept: on one line.
///
/// # Errors
/// [`Code::InvalidParameter`].
pub fn reason(text: &str) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > REASON_MAX || text.chars().any(char::is_control) {
        let text = format!("reason has at most {REASON_MAX} characters, on one line.");
        return Err(Error::refused(Code::InvalidParameter, text));
    }
    Ok(text.to_owned())
}

const _: () = assert!(MOST == 200, "what LIMIT says");
