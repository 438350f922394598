//! What becomes of the credential that a request carried, and of the one that its answer hands out.

use crate::core::credential::{merge, session_id};
use crate::core::request::{Reply, Request, understand, understand_bare};
use crate::{Error, error};
use serde_json::Value;

/// What is to be kept from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// What an answer handed out to a request that had carried this.
    Adopt {
        /// What the request carried.
        carried: Option<String>,
        /// What the answer hands out.
        answered: String,
    },
    /// Nothing, unless something else is kept meanwhile.
    Forget {
        /// What the request carried.
        carried: Option<String>,
    },
}

impl Change {
    /// What is kept afterwards, where `stored` is kept now.
    #[must_use]
    pub fn of(&self, stored: Option<&str>) -> Option<String> {
        match self {
            Self::Adopt { carried, answered } => Some(merge(stored, carried.as_deref(), answered)),
            Self::Forget { carried } => {
                stored.filter(|stored| carried.as_deref() != Some(*stored)).map(str::to_owned)
            }
        }
    }
}

/// An answer, and what it means for the credential.
#[derive(Debug)]
pub struct Understood {
    /// To be done before anything else.
    pub change: Option<Change>,
    /// The `data` of the answer.
    pub answer: Result<Value, Error>,
}

/// Understands the answer to `request`, which carried `carried`. `staging` is what the publishable key says.
#[must_use]
pub fn take_back(request: &Request, carried: Option<String>, reply: &Reply, staging: bool) -> Understood {
    let answer = if request.is_bare { understand_bare(reply) } else { understand(reply) };
    if answer.as_ref().is_err_and(|error| error.code == error::NETWORK) {
        return Understood { change: None, answer };
    }
    let session = answer.as_ref().ok().filter(|_| request.body.is_some()).and_then(session_of);
    let is_empty = request.signs_out && session == Some("");
    // Nothing that is kept leads to such a session: when the program begins anew it would be gone without a word.
    let leads = |id: &str| session_id(carried.as_deref()) == id || reply.credential.is_some();
    let is_lost =
        if staging { session.is_some_and(|id| !id.is_empty() && !leads(id)) } else { reply.is_of_staging };
    let change = match &reply.credential {
        Some(answered) => Some(Change::Adopt { carried, answered: answered.clone() }),
        None if is_empty => Some(Change::Forget { carried }),
        None => None,
    };
    let answer = if is_lost && answer.is_ok() { Err(wrong_key(staging)) } else { answer };
    Understood { change, answer }
}

/// The id of the session in an answer; none when it holds none.
fn session_of(data: &Value) -> Option<&str> {
    data.get("signins").and_then(|_| data["id"].as_str())
}

fn wrong_key(staging: bool) -> Error {
    let (mode, key) = if staging { ("staging", "pk_live_") } else { ("production", "pk_test_") };
    Error::own(error::WRONG_KEY, format!("The server does not run in {mode}: use its {key} key."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn reply(data: &Value, credential: Option<&str>) -> Reply {
        let body = json!({ "status": 200, "message": "ok", "data": data, "session": null, "errors": null });
        let credential = credential.map(str::to_owned);
        Reply { status: 200, credential, body: body.to_string().into_bytes(), ..Reply::default() }
    }

    fn session(id: &str) -> Value {
        json!({ "id": id, "revision": 1, "signins": [], "active_signin": null })
    }

    fn code(understood: &Understood) -> &str {
        understood.answer.as_ref().map_or_else(|error| error.code.as_str(), |_| "ok")
    }

    #[test]
    fn h18_what_is_handed_out_is_adopted_whatever_else_the_answer_says() {
        let understood = take_back(
            &Request::get("/x"),
            Some("ses_1.a".to_owned()),
            &reply(&json!({}), Some("ses_1.a~b")),
            true,
        );
        let change = understood.change.as_ref().and_then(|change| change.of(Some("ses_1.a~c")));
        assert_eq!(change.as_deref(), Some("ses_1.a~b~c"));
        assert_eq!(code(&understood), "ok");
    }

    #[test]
    fn h18_after_a_sign_out_of_all_it_is_forgotten_if_it_is_still_the_one_that_was_carried() {
        let all = Request { signs_out: true, ..Request::post("/session/sign-out", json!({})) };
        let forget = |request: &Request, id: &str| {
            take_back(request, Some("ses_1.a".to_owned()), &reply(&session(id), None), true).change
        };
        let change = forget(&all, "").unwrap();
        assert_eq!(change.of(Some("ses_1.a")), None);
        assert_eq!(change.of(Some("ses_2.b")).as_deref(), Some("ses_2.b"));
        assert_eq!(forget(&all, "ses_1"), None);
        assert_eq!(forget(&Request::get("/session"), ""), None);
    }

    #[test]
    fn h18_a_session_that_nothing_kept_leads_to_says_that_the_key_is_of_the_other_mode() {
        let sign_in = Request::post("/auth/signin", json!({}));
        assert_eq!(code(&take_back(&sign_in, None, &reply(&session("ses_1"), None), true)), "wrong_key");
        assert_eq!(
            code(&take_back(&sign_in, Some("ses_1.a".to_owned()), &reply(&session("ses_1"), None), true)),
            "ok"
        );
        assert_eq!(code(&take_back(&sign_in, None, &reply(&session("ses_1"), None), false)), "ok");
        let of_staging = Reply { is_of_staging: true, ..reply(&session("ses_1"), None) };
        assert_eq!(code(&take_back(&sign_in, None, &of_staging, false)), "wrong_key");
    }
}
