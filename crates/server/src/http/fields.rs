//! What a request says: the query and a body in any of the three encodings that clients use.

use super::body::{self, MOST, urlencoded};
use crate::config::FieldUse;
use crate::error::{Error, Result};
use crate::http::connection::TooSlow;
use crate::http::layers::BODY_LIMIT;
use crate::http::operation::Field;
use crate::http::routes::Takes;
use axum::RequestExt;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::response::IntoResponse;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, header};
use keyrack_protocol::Code;
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// Named values of the query and the body; the body's stand before the query's.
#[derive(Debug)]
pub struct Fields {
    values: Vec<(String, Value)>,
    /// Files, of those fields that may be some.
    files: Vec<(String, Bytes)>,
    /// What the operation says it takes; none where it says nothing.
    takes: Option<&'static [Field]>,
}

impl Fields {
    /// The text of a field; none when it is absent, null or empty. Older clients send an unset field as the
    /// word `undefined`.
    ///
    /// # Errors
    /// [`Code::BadRequestBody`] when it is something else than text.
    pub fn text(&self, name: &str) -> Result<Option<&str>> {
        let listed = |takes: &[Field]| takes.iter().any(|field| field.name == name);
        debug_assert!(self.takes.is_none_or(listed), "the operation does not list {name}");
        match self.values.iter().find(|(key, _)| key == name).map(|(_, value)| value) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() || text == "undefined" => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Error::refused(Code::BadRequestBody, format!("{name} must be text."))),
        }
    }

    /// The text of a field that must be there.
    ///
    /// # Errors
    /// [`Code::RequiredField`] when it is absent, [`Code::BadRequestBody`] when it is something else than text.
    pub fn required(&self, name: &str) -> Result<&str> {
        self.text(name)?.ok_or_else(|| missing(name))
    }

    /// The text of a field that may be emptied: `""` when it is there and empty, none when it is absent.
    ///
    /// # Errors
    /// [`Code::BadRequestBody`] when it is something else than text.
    pub fn given(&self, name: &str) -> Result<Option<&str>> {
        let is_empty = |(key, value): &(String, Value)| key == name && value.as_str() == Some("");
        match self.text(name)? {
            None if self.values.iter().any(is_empty) => Ok(Some("")),
            text => Ok(text),
        }
    }

    /// The same where `null` empties it, too.
    ///
    /// # Errors
    /// [`Code::BadRequestBody`] when it is something else than text.
    pub fn emptied(&self, name: &str) -> Result<Option<&str>> {
        let is_null = |(key, value): &(String, Value)| key == name && value.is_null();
        match self.given(name)? {
            None if self.values.iter().any(is_null) => Ok(Some("")),
            text => Ok(text),
        }
    }

    /// A name that is said and that the operation does not list, if there is one.
    #[must_use]
    pub fn unlisted(&self) -> Option<&str> {
        let listed = |name: &str| {
            let plain = name.split('[').next().unwrap_or(name);
            self.takes
                .unwrap_or_default()
                .iter()
                .any(|field| field.name == name || field.list && field.name == plain)
        };
        let said = self.values.iter().map(|(name, _)| name).chain(self.files.iter().map(|(name, _)| name));
        said.map(String::as_str).find(|name| !listed(name))
    }

    /// The names that the operation lists.
    #[must_use]
    pub fn listed(&self) -> Vec<&'static str> {
        self.takes.unwrap_or_default().iter().map(|field| field.name).collect()
    }

    /// The texts of a field that is a list: a JSON array, a name that stands several times, or `name[0]`, `name[1]`, …;
    /// none when it is absent.
    ///
    /// # Errors
    /// [`Code::BadRequestBody`] when it is something else than texts.
    pub fn list(&self, name: &str) -> Result<Option<Vec<&str>>> {
        let listed = |takes: &[Field]| takes.iter().any(|field| field.name == name && field.list);
        debug_assert!(self.takes.is_none_or(listed), "the operation does not list {name}");
        let wrong = || Error::refused(Code::BadRequestBody, format!("{name} must be a list of texts."));
        let is_it = |key: &str| {
            let index = key.strip_prefix(name).map(|rest| rest.trim_start_matches('[').trim_end_matches(']'));
            index.is_some_and(|index| index.bytes().all(|digit| digit.is_ascii_digit()))
        };
        let (mut texts, mut there) = (Vec::new(), false);
        for (_, value) in self.values.iter().filter(|(key, _)| is_it(key)) {
            match value {
                Value::Null => continue,
                Value::String(text) => texts.push(text.as_str()),
                Value::Array(all) => {
                    for one in all {
                        texts.push(one.as_str().ok_or_else(wrong)?);
                    }
                }
                _ => return Err(wrong()),
            }
            there = true;
        }
        texts.retain(|text| !text.is_empty() && *text != "undefined");
        Ok(there.then_some(texts))
    }

    /// The whole numbers in a field that is a list, as JSON numbers or in digits; none when it is absent.
    ///
    /// # Errors
    /// [`Code::BadRequestBody`] when it is something else.
    pub fn numbers(&self, name: &str) -> Result<Vec<u64>> {
        let wrong =
            || Error::refused(Code::BadRequestBody, format!("{name} must be a list of whole numbers."));
        if let Some((_, Value::Array(all))) = self.values.iter().find(|(key, _)| key == name)
            && all.iter().all(Value::is_number)
        {
            return all.iter().map(|one| one.as_u64().ok_or_else(wrong)).collect();
        }
        let is_digits = |text: &&str| text.bytes().all(|digit| digit.is_ascii_digit());
        let read =
            |text: &str| Some(text).filter(is_digits).and_then(|text| text.parse().ok()).ok_or_else(wrong);
        self.list(name)?.unwrap_or_default().into_iter().map(read).collect()
    }

    /// A yes or no, as JSON says it or in a word; none when the field is absent.
    ///
    /// # Errors
    /// [`Code::InvalidParameter`] when it is another word, [`Code::BadRequestBody`] when it is something else.
    pub fn flag(&self, name: &str) -> Result<Option<bool>> {
        if let Some((_, Value::Bool(said))) = self.values.iter().find(|(key, _)| key == name) {
            return Ok(Some(*said));
        }
        match self.text(name)? {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(Error::refused(Code::InvalidParameter, format!("{name} must be true or false."))),
        }
    }

    /// The object in a field: as it is in JSON, or as a text in JSON; none when it is absent, null or empty.
    ///
    /// # Errors
    /// [`Code::BadRequestBody`] when it is something else than an object.
    pub fn object(&self, name: &str) -> Result<Option<Map<String, Value>>> {
        let listed = |takes: &[Field]| takes.iter().any(|field| field.name == name && field.object);
        debug_assert!(self.takes.is_none_or(listed), "the operation does not list {name}");
        if let Some((_, Value::Object(object))) = self.values.iter().find(|(key, _)| key == name) {
            return Ok(Some(object.clone()));
        }
        let wrong = |_| Error::refused(Code::BadRequestBody, format!("{name} must be an object."));
        self.text(name)?.map(|text| serde_json::from_str(text).map_err(wrong)).transpose()
    }

    /// The file in a field; none when there is none, or an empty one.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        let file = self.files.iter().find(|(key, file)| key == name && !file.is_empty());
        file.map(|(_, file)| file.as_ref())
    }

    /// A whole number within bounds; none when the field is absent.
    ///
    /// # Errors
    /// [`Code::InvalidParameter`] when it is something else.
    pub fn number(&self, name: &str, bounds: RangeInclusive<u32>) -> Result<Option<u32>> {
        let wrong = || {
            let (least, most) = (bounds.start(), bounds.end());
            let text = format!("{name} must be a whole number from {least} to {most}.");
            Error::refused(Code::InvalidParameter, text)
        };
        if let Some((_, Value::Number(number))) = self.values.iter().find(|(key, _)| key == name) {
            let number = number.as_u64().and_then(|number| u32::try_from(number).ok());
            return number.filter(|number| bounds.contains(number)).map(Some).ok_or_else(wrong);
        }
        let Some(text) = self.text(name)? else { return Ok(None) };
        // What Rust reads as a number besides has a sign.
        let is_digits = text.bytes().all(|digit| digit.is_ascii_digit());
        let number = text.parse().ok().filter(|number| is_digits && bounds.contains(number));
        number.map(Some).ok_or_else(wrong)
    }

    /// The trimmed text of a field that a form has if `used` says so; none when it is off or left empty.
    ///
    /// # Errors
    /// [`Code::RequiredField`] when it must be there and is not, [`Code::BadRequestBody`] when it is something
    /// else than text.
    pub fn used(&self, name: &str, used: FieldUse) -> Result<Option<&str>> {
        if used == FieldUse::Off {
            return Ok(None);
        }
        match self.text(name)?.map(str::trim).filter(|text| !text.is_empty()) {
            None if used == FieldUse::Required => Err(missing(name)),
            text => Ok(text),
        }
    }
}

fn missing(name: &str) -> Error {
    Error::refused(Code::RequiredField, format!("The field {name} is missing."))
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let takes = request.extensions().get::<Takes>().copied();
        let limit = takes.map_or(BODY_LIMIT, Takes::body_limit);
        let takes = takes.map(|takes| takes.0);
        let query = request.uri().query().unwrap_or_default().to_owned();
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.map(|kind| kind.to_str().unwrap_or("?").to_owned());
        if declares_more(request.headers(), limit) {
            return Err(too_much(limit));
        }
        // What is packed small could be a thousand times as large as the limit.
        if request.headers().get_all(header::CONTENT_ENCODING).iter().any(|coding| coding != "identity") {
            return Err(Error::refused(
                Code::UnsupportedMediaType,
                "Send the body without Content-Encoding.",
            ));
        }
        let body: Bytes = request.extract().await.map_err(|rejection| unreadable(rejection, limit))?;
        let (mut values, files) = body::read(kind.as_deref(), body, takes.unwrap_or_default()).await?;
        values.extend(urlencoded(query.as_bytes()));
        if values.len() > MOST {
            return Err(Error::refused(Code::BadRequestBody, "Too many fields."));
        }
        Ok(Self { values, files, takes })
    }
}

/// Whether a request says that its body is longer than `limit` bytes.
fn declares_more(headers: &HeaderMap, limit: usize) -> bool {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    length.and_then(|length| length.parse::<usize>().ok()).is_some_and(|length| length > limit)
}

/// A request in two: its head, and its body to the end, of at most [`BODY_LIMIT`].
///
/// # Errors
/// [`Code::BodyTooLarge`], [`Code::RequestTimeout`], [`Code::BadRequestBody`] when it ends early.
pub async fn body_of(request: Request) -> Result<(Parts, Bytes)> {
    if declares_more(request.headers(), BODY_LIMIT) {
        return Err(too_much(BODY_LIMIT));
    }
    let (parts, body) = request.into_parts();
    let whole = Request::from_parts(parts.clone(), body);
    let body = whole.extract().await.map_err(|rejection| unreadable(rejection, BODY_LIMIT))?;
    Ok((parts, body))
}

fn too_much(limit: usize) -> Error {
    let text = format!("The request is too large; at most {} KiB are read.", limit >> 10);
    Error::refused(Code::BodyTooLarge, text)
}

fn unreadable(rejection: BytesRejection, limit: usize) -> Error {
    if TooSlow::is_cause_of(&rejection) {
        return Code::RequestTimeout.into();
    }
    if rejection.into_response().status() == http::StatusCode::PAYLOAD_TOO_LARGE {
        too_much(limit)
    } else {
        Code::BadRequestBody.into()
    }
}
