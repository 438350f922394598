//! `/session/ticket/exchange`.

use super::exchange::{self, Exchanged};
use crate::caller::Browser;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::carriage::{Carriage, STAGING_HEADER};
use crate::http::fields::Fields;
use crate::http::operation::{Field, Operation};
use crate::http::origin;
use crate::http::routes::Routes;
use crate::session::view;
use axum::response::Response;
use http::{HeaderMap, Method, header};
use keyrack_protocol::{Code, TicketExchange};

const EXCHANGE: &[Field] = &[
    Field::required("ticket", "The ticket.").length(1, 200),
    Field::optional("code_verifier", "Where the ticket has a challenge, what that was made of (RFC 7636).")
        .length(43, 128),
];
const REFUSES: &[Code] = &[
    Code::RequiredField,
    Code::TicketNotFound,
    Code::TicketUsed,
    Code::TicketExpired,
    Code::TicketElsewhere,
    Code::UserDisabled,
    Code::UserAlreadySignedIn,
    Code::TooManyAccounts,
];
const KINDS_REFUSE: &[Code] = &[
    Code::UserNotFound,
    Code::ImpersonationDisabled,
    Code::ImpersonationForbidden,
    Code::InvitationNotAccepted,
];

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "Exchange a ticket. It is used up, and the answer hands out the credential of what it opened: mostly a \
                 sign-in, which is the active one then, or an attempt that waits for what is still asked of the account. \
                 Asked again within a minute with that credential, it answers the same.";
    let path = "/session/ticket/exchange";
    let exchange_it = Operation::post::<TicketExchange>(path, "exchangeTicket", about)
        .takes(EXCHANGE)
        .hands_out()
        .refuses_also(REFUSES, KINDS_REFUSE);
    let about = "Exchange a ticket, for older clients. Only for a script's request: whoever is merely led here, a scanner or \
                 a prefetch uses nothing up.";
    let by_get = Operation::get::<TicketExchange>(path, "exchangeTicketByGet", about)
        .takes(EXCHANGE)
        .hands_out()
        .refuses_also(REFUSES, BY_GET);
    Routes::default().add(exchange_it, exchange).add(by_get, exchange_by_get).and(super::handover::routes())
}

const BY_GET: &[Code] = &[
    Code::UserNotFound,
    Code::ImpersonationDisabled,
    Code::ImpersonationForbidden,
    Code::InvitationNotAccepted,
    Code::ConfirmRequired,
    Code::OriginNotAllowed,
    Code::Maintenance,
];

/// `ticket`, `code_verifier?`.
async fn exchange(browser: Browser, fields: Fields) -> Result<Response> {
    let verifier = fields.text("code_verifier")?;
    let exchanged = exchange::exchange(&browser, fields.required("ticket")?, verifier).await?;
    Ok(answer(&browser, exchanged))
}

/// The same by the verb that only reads. What changes something is refused as a change would be.
async fn exchange_by_get(
    browser: Browser,
    method: Method,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response> {
    fields.required("ticket")?;
    if method != Method::GET || !is_scripted(&headers) {
        let text = "A ticket is exchanged by a script, not by opening an address: send POST.";
        return Err(Error::refused(Code::ConfirmRequired, text));
    }
    if browser.site.carriage != Carriage::Staging && !origin::may_mutate(&browser.site, &headers) {
        return Err(Code::OriginNotAllowed.into());
    }
    if browser.site.config.maintenance_mode {
        return Err(Error::maintenance());
    }
    exchange(browser, fields).await
}

/// Whether a script has sent a request, rather than a browser that is led somewhere, loads a picture or looks ahead. Who
/// says nothing of it must at least say what only scripts say.
fn is_scripted(headers: &HeaderMap) -> bool {
    let looks_ahead = ["sec-purpose", "purpose", "x-moz"].iter().any(|name| headers.contains_key(*name));
    let is_scripted = match headers.get("sec-fetch-mode") {
        Some(mode) => mode == "cors" || mode == "same-origin",
        None => headers.contains_key(header::ORIGIN) || headers.contains_key(STAGING_HEADER),
    };
    is_scripted && !looks_ahead
}

fn answer(browser: &Browser, Exchanged { left, act }: Exchanged) -> Response {
    let body = TicketExchange {
        success: true,
        message: "The ticket is exchanged.".to_owned(),
        session_id: left.loaded.id.to_string(),
        session: view::session(&browser.site, &left.loaded, left.opened),
        actor: act,
    };
    browser.hand_out(&left, answer::ok(body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn d08_only_a_script_exchanges_a_ticket_by_get() {
        let of = |pairs: &[(&'static str, &'static str)]| {
            let pairs = pairs.iter().map(|(name, value)| {
                (header::HeaderName::from_static(name), HeaderValue::from_static(value))
            });
            is_scripted(&pairs.collect())
        };
        assert!(of(&[("sec-fetch-mode", "cors")]) && of(&[("sec-fetch-mode", "same-origin")]));
        assert!(of(&[("origin", "https://app.example.com")]) && of(&[("x-development-session", "x")]));
        assert!(!of(&[]) && !of(&[("user-agent", "scanner")]));
        for mode in ["navigate", "no-cors", "websocket", ""] {
            assert!(!of(&[("sec-fetch-mode", mode), ("origin", "https://app.example.com")]), "{mode}");
        }
        for ahead in ["sec-purpose", "purpose", "x-moz"] {
            assert!(!of(&[("sec-fetch-mode", "cors"), (ahead, "prefetch")]), "{ahead}");
        }
    }
}
