//! `POST /waitlist/join`.

use super::restrictions;
use crate::caller::Browser;
use crate::config::SignUpMode;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::id::WaitlistEntryId;
use crate::throttle::{self, Subject, Verdict, WAITLIST};
use crate::time::rfc3339;
use crate::user::email::EmailAddress;
use crate::user::name;
use crate::waitlist::store::{self, Entry};
use axum::response::Response;
use keyrack_protocol::{Code, WaitlistEntry, WaitlistJoined};

const JOIN: &[Field] = &[
    Field::required("email", "The address, to which an invitation is mailed one day.").length(1, 254),
    Field::optional("first_name", "At most 100 characters.").length(0, 100),
    Field::optional("last_name", "At most 100 characters.").length(0, 100),
];

/// The routes of this part.
pub(super) fn routes() -> Routes {
    let about = "Wait to be let in, where `sign_up_mode` is `waitlist`. An address that is on the list already is answered \
                 in the same way, and so is one that has an account. A client address may join 20 times an hour.";
    let join_it = Operation::post::<WaitlistJoined>("/waitlist/join", "joinWaitlist", about)
        .takes(JOIN)
        .of_browser()
        .refuses(&[
            Code::RequiredField,
            Code::InvalidEmail,
            Code::InvalidName,
            Code::WaitlistClosed,
            Code::EmailNotAllowed,
            Code::EmailBlocked,
            Code::DisposableEmailBlocked,
            Code::BannedKeyword,
            Code::TooManyAttempts,
        ]);
    Routes::default().add(join_it, join)
}

/// `email`, `first_name?`, `last_name?`.
async fn join(browser: Browser, fields: Fields) -> Result<Response> {
    let rules = &browser.site.config.restrictions;
    if rules.sign_up_mode != SignUpMode::Waitlist {
        return Err(Code::WaitlistClosed.into());
    }
    let email = EmailAddress::parse(fields.required("email")?)?;
    let first_name = name(fields.text("first_name")?.unwrap_or_default())?;
    let last_name = name(fields.text("last_name")?.unwrap_or_default())?;
    restrictions::check(rules, &email, &[&first_name, &last_name])?;
    let now = browser.app.world.clock.now_ms();
    let new = Entry {
        id: WaitlistEntryId::draw(&browser.app.world),
        email: email.to_string(),
        first_name,
        last_name,
        language: browser.language().to_owned(),
        created_at: now,
        updated_at: now,
        invited_at: None,
        invited_until: None,
    };
    let client = Subject::new(&browser.app.vault, &browser.site.config.id, &browser.counted_address());
    let (deployment, row) = (browser.site.config.id.clone(), new.clone());
    let joined = browser.app.db.write(move |tx| {
        if let Verdict::Wait(ms) = throttle::count(tx, &WAITLIST, &client, now)? {
            return Err(Error::throttled(ms));
        }
        store::join(tx, &deployment, &row)
    });
    let kept = joined.await?;
    // Whether somebody was on the list before is told only where answers may differ, and never what was on it.
    let told = if browser.site.config.uniform_answers { &new } else { &kept };
    let (id, created_at) = (told.id.clone(), told.created_at);
    Ok(answer::ok(WaitlistJoined {
        message: "You are on the list; an invitation is mailed when it is your turn.".to_owned(),
        entry: shown(&browser, &Entry { id, created_at, ..new }),
    }))
}

fn shown(browser: &Browser, typed: &Entry) -> WaitlistEntry {
    WaitlistEntry {
        id: typed.id.to_string(),
        deployment_id: browser.site.config.id.clone(),
        email_address: typed.email.clone(),
        email: typed.email.clone(),
        first_name: typed.first_name.clone(),
        last_name: typed.last_name.clone(),
        created_at: rfc3339(typed.created_at),
        updated_at: rfc3339(typed.updated_at),
    }
}
