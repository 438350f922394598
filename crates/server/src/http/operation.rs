//! An operation of the API: what it is called by, what it takes, answers and refuses. The router and the OpenAPI
//! document are made of the same list.

pub use super::field::Field;
use super::front::NEVER_WAITS;
use crate::api_key::Scope;
use http::Method;
use keyrack_protocol::Code;
use schemars::{JsonSchema, Schema, SchemaGenerator};

/// One method of one path.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The HTTP method.
    pub method: Method,
    /// The path.
    pub path: &'static str,
    /// Its name for programs, unique.
    pub id: &'static str,
    /// What it does: the first sentence is its title.
    pub about: &'static str,
    /// What it takes, in the body or the query of a POST, in the query of a GET; none if it reads neither.
    pub fields: Option<&'static [Field]>,
    /// Whether it reads the session credential.
    pub browser: bool,
    /// What the secret key of the backend that calls must be for; none where no backend does.
    pub backend: Option<Scope>,
    /// Whether its answer may hand out a credential or take it back.
    pub hands_out: bool,
    /// Whether it exists for the verb of older clients only.
    pub old: bool,
    /// Whether it answers on any host, as health does.
    pub any_host: bool,
    /// What it answers.
    pub answer: Answer,
    /// Why it refuses, beside what [`Operation::codes`] adds.
    pub refuses: &'static [Code],
    /// And what else.
    pub refuses_also: &'static [Code],
}

/// What an operation answers.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// This in the envelope.
    Data(fn(&mut SchemaGenerator) -> Schema),
    /// This as it is.
    Bare(fn(&mut SchemaGenerator) -> Schema),
    /// As [`Answer::Data`], with an `ETag`, and nothing when the client has it.
    Tagged(fn(&mut SchemaGenerator) -> Schema),
    /// As [`Answer::Bare`], with an `ETag`, and nothing when the client has it.
    Kept(fn(&mut SchemaGenerator) -> Schema),
    /// A stream of events that each say this, or nothing at all.
    Events(fn(&mut SchemaGenerator) -> Schema),
    /// A picture of some kind; the schema is of nothing.
    Picture(fn(&mut SchemaGenerator) -> Schema),
}

impl Answer {
    /// What is said in it.
    #[must_use]
    pub fn schema(self) -> fn(&mut SchemaGenerator) -> Schema {
        let (Self::Data(schema)
        | Self::Bare(schema)
        | Self::Tagged(schema)
        | Self::Kept(schema)
        | Self::Events(schema)
        | Self::Picture(schema)) = self;
        schema
    }
}

impl Operation {
    /// A GET that answers a `T` in the envelope.
    #[must_use]
    pub fn get<T: JsonSchema>(path: &'static str, id: &'static str, about: &'static str) -> Self {
        Self {
            method: Method::GET,
            path,
            id,
            about,
            fields: None,
            browser: false,
            backend: None,
            hands_out: false,
            old: false,
            any_host: false,
            answer: Answer::Data(SchemaGenerator::subschema_for::<T>),
            refuses: &[],
            refuses_also: &[],
        }
    }

    /// A POST that answers a `T` in the envelope.
    #[must_use]
    pub fn post<T: JsonSchema>(path: &'static str, id: &'static str, about: &'static str) -> Self {
        Self { method: Method::POST, ..Self::get::<T>(path, id, about) }
    }

    /// It takes these.
    #[must_use]
    pub fn takes(self, fields: &'static [Field]) -> Self {
        Self { fields: Some(fields), ..self }
    }

    /// It reads the credential of whoever calls.
    #[must_use]
    pub fn of_browser(self) -> Self {
        Self { browser: true, ..self }
    }

    /// Backends call it, with a secret key for this; its answer is not in the envelope.
    #[must_use]
    pub fn of_backend(self, scope: Scope) -> Self {
        Self { backend: Some(scope), ..self.bare() }
    }

    /// It reads the credential, and hands out a new one or takes it back.
    #[must_use]
    pub fn hands_out(self) -> Self {
        Self { browser: true, hands_out: true, ..self }
    }

    /// It refuses with these.
    #[must_use]
    pub fn refuses(self, refuses: &'static [Code]) -> Self {
        Self { refuses, ..self }
    }

    /// It refuses with what many do, and with these.
    #[must_use]
    pub fn refuses_also(self, refuses: &'static [Code], refuses_also: &'static [Code]) -> Self {
        Self { refuses, refuses_also, ..self }
    }

    /// Its answer is not in the envelope.
    #[must_use]
    pub fn bare(self) -> Self {
        Self { answer: Answer::Bare(self.answer.schema()), ..self }
    }

    /// Its answer has an `ETag`.
    #[must_use]
    pub fn tagged(self) -> Self {
        Self { answer: Answer::Tagged(self.answer.schema()), ..self }
    }

    /// Its answer is not in the envelope, and has an `ETag`.
    #[must_use]
    pub fn kept(self) -> Self {
        Self { answer: Answer::Kept(self.answer.schema()), ..self }
    }

    /// Its answer is a stream of events.
    #[must_use]
    pub fn events(self) -> Self {
        Self { answer: Answer::Events(self.answer.schema()), ..self }
    }

    /// Its answer is a picture.
    #[must_use]
    pub fn picture(self) -> Self {
        Self { answer: Answer::Picture(self.answer.schema()), ..self }
    }

    /// The same in the form that it has where methods say what is done: another method, perhaps of another path.
    #[must_use]
    pub fn also_at(&self, method: Method, path: &'static str, id: &'static str) -> Self {
        Self { method, path, id, ..self.clone() }
    }

    /// The same under another method, for older clients.
    #[must_use]
    pub fn also_by(&self, method: Method, id: &'static str) -> Self {
        Self { method, id, old: true, ..self.clone() }
    }

    /// It answers on any host.
    #[must_use]
    pub fn on_any_host(self) -> Self {
        Self { any_host: true, ..self }
    }

    /// Whether it acts as an account, and so takes the scope of a tab in its query.
    #[must_use]
    pub fn acts(&self) -> bool {
        self.refuses.contains(&Code::SignedOut) || self.refuses_also.contains(&Code::SignedOut)
    }

    /// Whether it may refuse whoever acts as somebody else: it changes something, or asks for a proof.
    fn is_for_its_owner(&self) -> bool {
        let asks = |codes: &[Code]| codes.contains(&Code::ReauthenticationRequired);
        self.method != Method::GET || asks(self.refuses) || asks(self.refuses_also)
    }

    /// Every code that it refuses with: its own and those of what stands before it.
    #[must_use]
    pub fn codes(&self) -> Vec<Code> {
        let mut codes = [self.refuses, self.refuses_also].concat();
        codes.push(Code::Internal);
        if self.acts() {
            codes.push(Code::ScopeNotAvailable);
            codes.extend(self.is_for_its_owner().then_some(Code::ImpersonationForbidden));
        }
        if !self.any_host {
            codes.push(Code::UnknownHost);
        }
        if self.backend.is_some() {
            codes.extend([Code::InvalidApiKey, Code::ApiKeyScope, Code::InvalidParameter, Code::Unavailable]);
        }
        if self.backend.is_some() && self.method != Method::GET {
            codes.extend([Code::IdempotencyKeyReused, Code::IdempotencyKeyInUse]);
        }
        if self.backend.is_none() && self.method != Method::GET {
            codes.push(Code::OriginNotAllowed);
            codes.extend((self.path != NEVER_WAITS).then_some(Code::Maintenance));
        }
        if self.browser {
            codes.extend([Code::AmbiguousCredential, Code::Unavailable]);
        }
        if self.fields.is_some() {
            codes.extend([
                Code::BadRequestBody,
                Code::BodyTooLarge,
                Code::UnsupportedMediaType,
                Code::RequestTimeout,
            ]);
        }
        codes
    }
}
