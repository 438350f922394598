//! Claims that a deployment adds to its tokens: JSON whose strings may hold placeholders, `{{user.id}}`.
//!
//! A template is read once, at start, into a tree; what is put into its places never is read again. A string that is
//! nothing but a placeholder becomes the value itself, as JSON; within a longer string only a scalar is written, as text.
//! So what people call themselves stays within its place, whatever it spells.

pub mod words;

use serde_json::{Map, Value};
use words::Kind;

/// Claims that a template cannot write: they are the standard's and Keyrack's own. `aud` is the template's `audience`.
pub const RESERVED: [&str; 21] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "nbf",
    "jti",
    "sid",
    "sess",
    "session_id",
    "signin_id",
    "rev",
    "azp",
    "amr",
    "auth_time",
    "act",
    "organization",
    "workspace",
    "permissions",
    "organization_permissions",
    "workspace_permissions",
];
/// The largest template, as JSON, in bytes.
const LARGEST: usize = 8 * 1024;
/// How deep one may go.
const DEEPEST: usize = 8;

/// The claims that a template adds, ready to be filled in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Template {
    claims: Vec<(String, Node)>,
}

#[derive(Clone, Debug, PartialEq)]
enum Node {
    /// As it was written.
    Fixed(Value),
    /// The value itself.
    Whole(String),
    /// A text with scalars in it.
    Text(Vec<Piece>),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Fixed(String),
    Of(String),
}

impl Template {
    /// Reads the claims of a template.
    ///
    /// # Errors
    /// A sentence that says what is wrong with them.
    pub fn parse(claims: &Map<String, Value>) -> Result<Self, String> {
        if serde_json::to_string(claims).map_or(true, |text| text.len() > LARGEST) {
            return Err(format!("more than {LARGEST} bytes; leave something out"));
        }
        if let Some(name) = claims.keys().find(|name| RESERVED.contains(&name.as_str())) {
            let instead = if name == "aud" { "; write it as audience" } else { "" };
            return Err(format!(
                "the claim {name:?} is Keyrack's own{instead}; templates cannot write {}",
                RESERVED.join(", ")
            ));
        }
        let Node::Object(claims) = node(&Value::Object(claims.clone()), 0)? else {
            return Ok(Self::default());
        };
        let nested = claims.iter().find(|(name, _)| name == "claims").map(|(_, node)| node);
        let is_object = |node: &Node| match node {
            Node::Object(_) => true,
            Node::Whole(word) => words::kind_of(word) == Ok(Kind::Object),
            _ => false,
        };
        // There are verifiers which refuse everything else under this name.
        if nested.is_some_and(|node| !is_object(node)) {
            return Err("the claim \"claims\" must be an object".to_owned());
        }
        Ok(Self { claims })
    }

    /// Whether anything in it is filled in.
    #[must_use]
    pub fn has_places(&self) -> bool {
        self.claims.iter().any(|(_, node)| node.has_places())
    }

    /// The claims, with what `values` has in the places; what is not there is `null`, or no text.
    #[must_use]
    pub fn fill(&self, values: &Value) -> Map<String, Value> {
        self.claims.iter().map(|(name, node)| (name.clone(), node.fill(values))).collect()
    }

    /// As it was written.
    #[must_use]
    pub fn written(&self) -> Map<String, Value> {
        self.claims.iter().map(|(name, node)| (name.clone(), node.written())).collect()
    }
}

fn node(value: &Value, depth: usize) -> Result<Node, String> {
    if depth > DEEPEST {
        return Err(format!("more than {DEEPEST} levels deep"));
    }
    match value {
        Value::String(text) => string(text),
        Value::Array(all) => {
            Ok(Node::List(all.iter().map(|one| node(one, depth + 1)).collect::<Result<_, _>>()?))
        }
        Value::Object(all) => {
            let named = all.iter().map(|(name, one)| {
                if name.is_empty() || name.contains("{{") {
                    return Err(format!("{name:?} is no name; placeholders stand in values"));
                }
                Ok((name.clone(), node(one, depth + 1)?))
            });
            Ok(Node::Object(named.collect::<Result<_, _>>()?))
        }
        other => Ok(Node::Fixed(other.clone())),
    }
}

fn string(text: &str) -> Result<Node, String> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((word, behind)) = after.split_once("}}") else {
            return Err(format!("{text:?}: nothing closes \"{{{{\""));
        };
        let word = word.trim();
        let kind = words::kind_of(word)?;
        if before.is_empty() && behind.is_empty() && pieces.is_empty() {
            return Ok(Node::Whole(word.to_owned()));
        }
        if kind != Kind::Scalar {
            return Err(format!("{text:?}: {word} is a {kind:?}, which only a string of its own can be")
                .to_lowercase());
        }
        if !before.is_empty() {
            pieces.push(Piece::Fixed(before.to_owned()));
        }
        pieces.push(Piece::Of(word.to_owned()));
        rest = behind;
    }
    if pieces.is_empty() {
        return Ok(Node::Fixed(Value::String(text.to_owned())));
    }
    if !rest.is_empty() {
        pieces.push(Piece::Fixed(rest.to_owned()));
    }
    Ok(Node::Text(pieces))
}

impl Node {
    fn has_places(&self) -> bool {
        match self {
            Self::Fixed(_) => false,
            Self::Whole(_) | Self::Text(_) => true,
            Self::List(all) => all.iter().any(Self::has_places),
            Self::Object(all) => all.iter().any(|(_, node)| node.has_places()),
        }
    }

    fn fill(&self, values: &Value) -> Value {
        match self {
            Self::Fixed(value) => value.clone(),
            Self::Whole(word) => at(values, word).cloned().unwrap_or_default(),
            Self::Text(pieces) => Value::String(pieces.iter().map(|piece| piece.text(values)).collect()),
            Self::List(all) => Value::Array(all.iter().map(|node| node.fill(values)).collect()),
            Self::Object(all) => {
                Value::Object(all.iter().map(|(name, node)| (name.clone(), node.fill(values))).collect())
            }
        }
    }

    fn written(&self) -> Value {
        match self {
            Self::Fixed(value) => value.clone(),
            Self::Whole(word) => Value::String(format!("{{{{{word}}}}}")),
            Self::Text(pieces) => Value::String(pieces.iter().map(Piece::written).collect()),
            Self::List(all) => Value::Array(all.iter().map(Self::written).collect()),
            Self::Object(all) => {
                Value::Object(all.iter().map(|(name, node)| (name.clone(), node.written())).collect())
            }
        }
    }
}

impl Piece {
    fn text(&self, values: &Value) -> String {
        match self {
            Self::Fixed(text) => text.clone(),
            Self::Of(word) => match at(values, word) {
                Some(Value::String(text)) => text.clone(),
                Some(scalar @ (Value::Bool(_) | Value::Number(_))) => scalar.to_string(),
                _ => String::new(),
            },
        }
    }

    fn written(&self) -> String {
        match self {
            Self::Fixed(text) => text.clone(),
            Self::Of(word) => format!("{{{{{word}}}}}"),
        }
    }
}

/// What stands at `user.public_metadata.plan`: objects only, and nobody's own members of lists.
fn at<'v>(values: &'v Value, word: &str) -> Option<&'v Value> {
    word.split('.').try_fold(values, |value, name| value.as_object()?.get(name))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
