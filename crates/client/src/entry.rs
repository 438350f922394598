//! Ways in: what begins an attempt to sign in or up, and what moves it on. The session that each call answers with has the
//! attempt, which says what it waits for.

use crate::account::{NewAccount, Profile};
use crate::core::known::known;
use crate::core::mutation::{Done, Mutation, without_nulls};
use crate::core::request::Request;
use crate::core::{Ask, Outcome};
use crate::json::object;
use crate::{Call, Client, Error, Loaded};
use keyrack_protocol::{Identified, Session, VerificationPrepared};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;

/// By what somebody signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum By {
    /// Address and password.
    Email {
        /// The address.
        email: String,
        /// The password.
        password: String,
    },
    /// Username and password.
    Username {
        /// The username.
        username: String,
        /// The password.
        password: String,
    },
    /// A code that is mailed.
    EmailCode(String),
    /// A link that is mailed.
    EmailLink(String),
    /// A code by text message.
    PhoneCode(String),
}

impl By {
    /// Address and password.
    pub fn email(email: impl Into<String>, password: impl Into<String>) -> Self {
        Self::Email { email: email.into(), password: password.into() }
    }

    fn body(self) -> Value {
        // What is null is not sent.
        let (strategy, name, identifier, password) = match self {
            Self::Email { email, password } => ("plain_email", "email", email, password.into()),
            Self::Username { username, password } => {
                ("plain_username", "username", username, password.into())
            }
            Self::EmailCode(email) => ("email_otp", "email", email, Value::Null),
            Self::EmailLink(email) => ("magic_link", "email", email, Value::Null),
            Self::PhoneCode(phone) => ("phone_otp", "phone", phone, Value::Null),
        };
        object([("strategy", strategy.into()), (name, identifier.into()), ("password", password)])
    }
}

/// An attempt, by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// To sign in.
    SignIn(String),
    /// To sign up.
    SignUp(String),
}

impl Attempt {
    fn body(&self) -> (&str, Value) {
        let (id, kind) = match self {
            Self::SignIn(id) => (id, "signin"),
            Self::SignUp(id) => (id, "signup"),
        };
        (id, object([("attempt_identifier", id.as_str().into()), ("identifier_type", kind.into())]))
    }

    /// What has its step prepared.
    pub(crate) fn prepared_by(&self, strategy: &str, last_digits: Option<&str>) -> Value {
        let more = object([("strategy", strategy.into()), ("last_digits", last_digits.into())]);
        without_nulls(merged([self.body().1, more]))
    }
}

/// How a step is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// With a code: one that was sent, that an authenticator shows, or that was kept on paper.
    Code(String),
    /// With the password.
    Password(String),
    /// With two codes of an authenticator that follow each other, which sets it up.
    Codes([String; 2]),
    /// With what a passkey answered to the options of [`Loaded::prepare`] by `passkey`: `PublicKeyCredential.toJSON()`.
    Passkey(Value),
}

impl Answer {
    fn body(self) -> Value {
        match self {
            Self::Code(code) => object([("verification_code", code.into())]),
            Self::Password(password) => object([("password", password.into())]),
            Self::Codes(codes) => object([("codes", codes.into())]),
            Self::Passkey(credential) => object([("method", "passkey".into()), ("credential", credential)]),
        }
    }
}

/// One object of all: of what stands in several, the last.
fn merged(parts: impl IntoIterator<Item = Value>) -> Value {
    let mut all = serde_json::Map::new();
    for part in parts {
        if let Value::Object(fields) = part {
            for (name, value) in fields {
                all.insert(name, value);
            }
        }
    }
    Value::Object(all)
}

fn read<T: DeserializeOwned>(outcome: Outcome) -> Result<T, Error> {
    let Outcome::Data(data) = outcome else { return Err(Error::network()) };
    known(data).ok_or_else(Error::network)
}

impl Loaded {
    /// Signs in. The account is active afterwards, or the session's last attempt says what is still needed.
    ///
    /// ```no_run
    /// # async fn example(loaded: &keyrack_client::Loaded) -> Result<(), keyrack_client::Error> {
    /// use keyrack_client::By;
    ///
    /// let session = loaded.sign_in_by(By::email("ada@example.com", "correct horse battery staple")).await?;
    /// match session.signin_attempts.last().filter(|attempt| !attempt.completed) {
    ///     Some(attempt) => println!("still needed: {:?}", attempt.current_step),
    ///     None => println!("signed in"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `INVALID_CREDENTIALS`, and whatever docs/API.md says of `POST /auth/signin`.
    pub fn sign_in_by(&self, by: By) -> Call<Arc<Session>> {
        self.change(Mutation::new("/auth/signin", by.body(), Done::Begun))
    }

    /// Begins an account: the session's last sign-up attempt says what is to be proved.
    ///
    /// # Errors
    /// Whatever docs/API.md says of `POST /auth/signup`.
    pub fn sign_up(&self, account: &NewAccount) -> Call<Arc<Session>> {
        self.change(Mutation::new("/auth/signup", account.clone().body(), Done::Begun))
    }

    /// Answers what an attempt waits for.
    ///
    /// # Errors
    /// `INVALID_CODE`, `verification_code_expired`, and whatever docs/API.md says of `POST /auth/attempt-verification`.
    pub fn attempt(&self, attempt: &Attempt, answer: Answer) -> Call<Arc<Session>> {
        let (id, about) = attempt.body();
        let body = merged([about, answer.body()]);
        self.change(Mutation::new("/auth/attempt-verification", body, Done::Moved(id.to_owned())))
    }

    /// Fills in what an attempt to sign in misses of the profile.
    ///
    /// # Errors
    /// Whatever docs/API.md says of `POST /auth/complete-profile`.
    pub fn complete_profile(&self, attempt: &str, profile: &Profile) -> Call<Arc<Session>> {
        let body = merged([profile.clone().body(), object([("attempt_id", attempt.into())])]);
        self.change(Mutation::new("/auth/complete-profile", body, Done::Moved(attempt.to_owned())))
    }

    /// Exchanges a ticket for what it opens. `code_verifier` is for one that was made for whoever has that.
    ///
    /// # Errors
    /// The ticket's own code when it was used, has expired or is meant for something else.
    pub fn exchange_ticket(&self, ticket: &str, code_verifier: Option<&str>) -> Call<Arc<Session>> {
        let body = object([("ticket", ticket.into()), ("code_verifier", code_verifier.into())]);
        self.change(Mutation::new("/session/ticket/exchange", body, Done::Never))
    }

    /// By what somebody with this identifier can sign in; the same for everybody who has none.
    ///
    /// # Errors
    /// Whatever docs/API.md says of `POST /auth/identify`.
    pub fn identify(&self, identifier: &str) -> Call<Identified> {
        self.client.call(
            Ask::Send(Request::post("/auth/identify", object([("identifier", identifier.into())]))),
            read,
        )
    }

    /// Has a code or a link sent for the step that an attempt is at. `strategy` is `email_otp`, `magic_link`, `phone_otp`,
    /// or `authenticator` where one is set up.
    ///
    /// # Errors
    /// Whatever docs/API.md says of `POST /auth/prepare-verification`.
    pub fn prepare(
        &self,
        attempt: &Attempt,
        strategy: &str,
        last_digits: Option<&str>,
    ) -> Call<VerificationPrepared> {
        let body = attempt.prepared_by(strategy, last_digits);
        self.client.call(Ask::Send(Request::post("/auth/prepare-verification", body)), read)
    }
}

impl Client {
    /// The deployment's settings, as everybody may know them.
    ///
    /// # Errors
    /// When they could not be read.
    pub fn deployment(&self) -> Call<keyrack_protocol::Deployment> {
        self.call(Ask::Send(Request::get("/deployment")), read)
    }

    /// Reads something as the active account: `/me/organization-memberships`, say, as docs/API.md describes it.
    ///
    /// # Errors
    /// When it was refused or could not be read.
    pub fn read<T: DeserializeOwned>(&self, path: &str) -> Call<T> {
        self.call(Ask::Send(Request::get(path)), read)
    }

    /// Has something done as the active account that is no change of the session itself: `POST /organizations`, say, as
    /// docs/API.md describes it. What the session shows of it is pushed; `refetch` does not wait for that. What others read
    /// beside the session is for [`outdate`](Self::outdate).
    ///
    /// # Errors
    /// When it was refused or could not be sent.
    pub fn post<T: DeserializeOwned>(&self, path: &str, body: Value) -> Call<T> {
        self.call(Ask::Send(Request::post(path, body)), read)
    }
}
