//! What stands in a body, in any of the three encodings that clients use.

use super::operation::Field;
use crate::error::{Error, Result};
use bytes::Bytes;
use keyrack_protocol::Code;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use std::convert::Infallible;
use std::fmt;
use url::form_urlencoded;

/// Parts of a form: more are an attack, not a form.
pub const MOST: usize = 100;

/// Named values, and named files.
pub type Read = (Vec<(String, Value)>, Vec<(String, Bytes)>);

/// Reads a body in whichever encoding it says that it has.
///
/// # Errors
/// [`Code::BadRequestBody`], [`Code::UnsupportedMediaType`].
pub async fn read(kind: Option<&str>, body: Bytes, takes: &[Field]) -> Result<Read> {
    // Many clients post without a body, some of them with a content type.
    if body.is_empty() {
        return Ok(Read::default());
    }
    let kind = kind.unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/json" => Ok((json(&body)?, Vec::new())),
        "application/x-www-form-urlencoded" => Ok((urlencoded(&body).collect(), Vec::new())),
        "multipart/form-data" => multipart(kind, body, takes).await,
        _ => Err(Code::UnsupportedMediaType.into()),
    }
}

fn json(body: &[u8]) -> Result<Vec<(String, Value)>> {
    serde_json::from_slice(body).map(|Members(members)| members).map_err(|_| Code::BadRequestBody.into())
}

/// The members of a JSON object in their order, a name that stands twice included: a map would keep the last
/// of the two, where every other encoding means the first.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        from.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Members, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

/// The fields of a query, or of a body that is written as one.
pub fn urlencoded(text: &[u8]) -> impl Iterator<Item = (String, Value)> {
    form_urlencoded::parse(text).map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
}

async fn multipart(kind: &str, body: Bytes, takes: &[Field]) -> Result<Read> {
    let bad = |_| Error::from(Code::BadRequestBody);
    let boundary = multer::parse_boundary(kind).map_err(bad)?;
    let stream = futures_util::stream::iter([Ok::<_, Infallible>(body)]);
    let mut parts = multer::Multipart::new(stream, boundary);
    let (mut fields, mut files) = Read::default();
    while let Some(part) = parts.next_field().await.map_err(bad)? {
        let name = part.name().unwrap_or_default().to_owned();
        let may_be_file = takes.iter().any(|field| field.file && field.name == name);
        if may_be_file && part.file_name().is_some() {
            files.push((name, part.bytes().await.map_err(bad)?));
        } else {
            let text = part.text().await.map_err(bad)?;
            fields.push((name, Value::String(text)));
        }
        if fields.len() + files.len() > MOST {
            return Err(Code::BadRequestBody.into());
        }
    }
    Ok((fields, files))
}
