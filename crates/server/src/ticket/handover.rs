//! `POST /session/tickets`: somebody who is signed in hands their sign-in over, to another origin of the application or to a
//! program on their machine, which has said by a challenge that only it can use the ticket.

use super::create::{self, Drawn, Order};
use super::{Opens, is_challenge};
use crate::audit::Event;
use crate::caller::Account;
use crate::config::{Deployment, Origin};
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::pages::address;
use crate::time::rfc3339;
use axum::response::Response;
use keyrack_protocol::{Code, HandoverTicket};
use std::sync::Arc;
use url::Url;

/// Seconds that such a ticket lives: the browser is on its way already.
const LIFE_S: i64 = 60;

const MAKE: &[Field] = &[
    Field::required(
        "redirect_uri",
        "Where the ticket goes: an address of an allowed origin, or of a program.",
    )
    .length(1, 2048),
    Field::required("code_challenge", "SHA-256 of what the other side keeps, in base64url (S256).")
        .length(43, 43),
];

/// The routes of this part.
pub(super) fn routes() -> Routes {
    let about = "Hand a sign-in over. The answer has a ticket, good once and for a minute, for whoever has the verifier of the \
                 challenge: an allowed origin, or, where programs are allowed, `http://127.0.0.1:<port>/…`, `http://[::1]:<port>/…` \
                 or one of `native_redirects`. The sign-in that comes of it ends with this one.";
    let make_it = Operation::post::<HandoverTicket>("/session/tickets", "handOver", about)
        .takes(MAKE)
        .of_browser()
        .refuses(&[
            Code::SignedOut,
            Code::UserDisabled,
            Code::UserNotFound,
            Code::SignInNotFound,
            Code::RequiredField,
            Code::InvalidParameter,
            Code::RedirectNotAllowed,
            Code::ImpersonationForbidden,
        ]);
    Routes::default().add(make_it, make)
}

/// `redirect_uri`, `code_challenge`.
async fn make(account: Account, fields: Fields) -> Result<Response> {
    let (to, challenge) = (fields.required("redirect_uri")?, fields.required("code_challenge")?);
    if !is_challenge(challenge) {
        let text = "code_challenge must be the SHA-256 of the verifier in base64url: 43 characters.";
        return Err(Error::refused(Code::InvalidParameter, text));
    }
    let to = destination(&account.site.config, to).ok_or(Code::RedirectNotAllowed)?;
    let (app, site, by) = (Arc::clone(&account.app), Arc::clone(&account.site), account.by());
    let order = Order {
        opens: Opens::Handover(account.user.clone(), account.sign_in.clone()),
        expires_in: Some(LIFE_S),
        challenge: Some(challenge.to_owned()),
    };
    let drawn = Drawn::draw(&app.world);
    let text = drawn.held.to_text();
    let made = account.app.db.write(move |tx| create::create(tx, (&app, &site), (&order, &drawn), &by)).await;
    if made.as_ref().is_err_and(|error| error.code() == Code::ImpersonationForbidden) {
        let session = Some(account.session.clone());
        let event = Event::ImpersonationRefused;
        crate::audit::note(&account.app, &account.site, account.by(), event, session).await;
    }
    let ticket = made?;
    let mut url = to;
    url.query_pairs_mut().append_pair("ticket", &text);
    Ok(answer::ok(HandoverTicket { ticket: text, url: url.into(), expires_at: rfc3339(ticket.expires_at) }))
}

/// The address that a ticket may go to, if it may.
fn destination(config: &Deployment, to: &str) -> Option<Url> {
    if let Some(checked) = address::checked(config, to).filter(|_| !to.starts_with('/')) {
        return Url::parse(&checked).ok();
    }
    if !config.native_programs {
        return None;
    }
    if config.native_redirects.iter().any(|listed| listed == to) {
        return Url::parse(to).ok();
    }
    of_this_machine(to)
}

/// A program that listens on the loopback interface for a moment, at a port that it was given (RFC 8252, section 7.3). By
/// number: what `localhost` means is for somebody else to say.
fn of_this_machine(to: &str) -> Option<Url> {
    let is_odd = |c: char| !c.is_ascii_graphic() || matches!(c, '\\' | '@' | '#');
    let rest = to.strip_prefix("http://").filter(|_| to.len() <= 2048 && !to.contains(is_odd))?;
    let authority = rest.split(['/', '?']).next()?;
    let origin = Origin::parse(&format!("http://{authority}")).ok()?;
    let is_number = origin.host == "127.0.0.1" || origin.host == "[::1]";
    let is_plain = origin.host_and_port() == authority && origin.port.is_some();
    if is_number && is_plain { Url::parse(to).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Mode;

    fn config() -> Deployment {
        let mut config = Deployment::built_in(4400, Mode::Production);
        config.origin = Origin::parse("https://auth.example.com").unwrap();
        config.any_loopback = false;
        config.allowed_origins = vec!["https://app.example.com".to_owned()];
        config.native_redirects = vec!["com.example.app:/signed-in".to_owned()];
        config
    }

    #[test]
    fn b09_a_ticket_goes_to_listed_origins_and_programs_and_nowhere_else() {
        for good in [
            "https://app.example.com/a?b=c",
            "http://127.0.0.1:51004/callback",
            "http://[::1]:51004/callback?a=b",
            "com.example.app:/signed-in",
        ] {
            assert!(destination(&config(), good).is_some(), "{good}");
        }
        for evil in [
            "https://evil.example/",
            "//evil.example/",
            "/a",
            "",
            "http://app.example.com/",
            "https://app.example.com.evil.example/",
            "http://localhost:51004/callback",
            "http://127.0.0.1/callback",
            "http://127.0.0.1:80/callback",
            "http://127.1:51004/",
            "http://2130706433:51004/",
            "http://0x7f.1:51004/",
            "http://127.0.0.2:51004/",
            "http://127.0.0.1:51004@evil.example/",
            "http://evil.example@127.0.0.1:51004/",
            "http://127.0.0.1:51004\\@evil.example/",
            "http://127.0.0.1:51004#@evil.example/",
            "http://127.0.0.1.evil.example:51004/",
            "https://127.0.0.1:51004/",
            "HTTP://127.0.0.1:51004/",
            "com.example.app:/signed-in/",
            "com.example.app:/other",
            "com.example.other:/signed-in",
            "javascript:alert(1)",
        ] {
            assert!(destination(&config(), evil).is_none(), "{evil}");
        }
        let without = Deployment { native_programs: false, ..config() };
        for native in ["http://127.0.0.1:51004/callback", "com.example.app:/signed-in"] {
            assert!(destination(&without, native).is_none(), "{native}");
        }
    }
}
