//! Proof of work against robots: a browser finds numbers that take some time to find, before it may try to sign in or
//! up. Off unless the deployment asks for it; the two calls are served in any case, as the open-source Cap widget makes
//! them.
//!
//! A challenge is signed and not kept. Solving it leaves a row that keeps it from being used twice, and gives a token
//! that is good for twenty minutes and a bounded number of tries, at the address that solved it and in its session.

pub mod http;
mod puzzle;
mod ticket;

use crate::app::{App, Site};
use crate::caller::Browser;
use crate::error::Result;
use crate::http::fields::Fields;
use crate::session::read::{self, Reading};
use crate::throttle::{self, Rule, Subject, Verdict};
use keyrack_protocol::Code;
use puzzle::Puzzle;
use ticket::{Holder, Kind, NONCE, Ticket};

/// How long a challenge may be worked on, and a token used after that.
const LIFE_MS: i64 = 20 * 60_000;
/// Characters of each salt.
const SALT: usize = 32;
/// A challenge is redeemed once.
const REDEEM: Rule = Rule { kind: "captcha_redeem", free: 1, window_ms: LIFE_MS, first_pause_ms: 0 };
/// A token serves all the tries of one form: each identify, each sign-in with a mistyped password.
const USE: Rule = Rule { kind: "captcha_use", free: 30, window_ms: LIFE_MS, first_pause_ms: 0 };

fn puzzle(site: &Site) -> Puzzle {
    let set = &site.config.challenge;
    let difficulty = usize::try_from(set.difficulty).unwrap_or(1);
    Puzzle { count: set.count, salt: SALT, difficulty }
}

/// The session of a browser, `""` if it holds none that its credential opens.
async fn session_of(browser: &Browser) -> Result<String> {
    match read::read(&browser.app, &browser.site, browser.rack.as_ref(), None).await? {
        Reading::Live(cached, _) => Ok(cached.loaded.id.to_string()),
        Reading::Empty(_) => Ok(String::new()),
    }
}

fn subject(app: &App, site: &Site, ticket: &Ticket) -> Subject {
    let nonce: String = ticket.nonce.iter().map(|byte| format!("{byte:02x}")).collect();
    Subject::new(&app.vault, &site.config.id, &nonce)
}

/// A new challenge: its token, and until when it may be redeemed.
fn challenge(browser: &Browser) -> (String, i64) {
    let (app, site) = (&browser.app, &browser.site);
    let address = browser.counted_address();
    let ticket =
        Ticket { nonce: app.world.random.bytes::<NONCE>(), expires_at: app.world.clock.now_ms() + LIFE_MS };
    // Whoever asks has no session yet, or asks without it.
    let holder = Holder { deployment: &site.config.id, address: &address, session: "" };
    (ticket.text(&app.vault, (Kind::Challenge, holder)), ticket.expires_at)
}

/// The token for a challenge that was solved, and until when it is good; none when it was not, or was redeemed before.
///
/// # Errors
/// What the database says.
async fn redeem(browser: &Browser, token: &str, solutions: &[u64]) -> Result<Option<(String, i64)>> {
    let (app, site, now) = (&browser.app, &browser.site, browser.app.world.clock.now_ms());
    let (address, session) = (browser.counted_address(), session_of(browser).await?);
    let holder = Holder { deployment: &site.config.id, address: &address, session: "" };
    let Some(ticket) = Ticket::read(&app.vault, (Kind::Challenge, holder), token, now) else {
        return Ok(None);
    };
    if !puzzle(site).is_solved(token, solutions) {
        return Ok(None);
    }
    let marker = subject(app, site, &ticket);
    if app.db.write(move |tx| throttle::count(tx, &REDEEM, &marker, now)).await? != Verdict::Counted {
        return Ok(None);
    }
    let solved = Ticket { nonce: app.world.random.bytes::<NONCE>(), expires_at: now + LIFE_MS };
    let holder = Holder { session: &session, ..holder };
    Ok(Some((solved.text(&app.vault, (Kind::Solved, holder)), solved.expires_at)))
}

/// Lets a request on that carries a token, in its field `challenge_token`, and counts its use; every one where the
/// deployment asks for none.
///
/// # Errors
/// `challenge_required`.
pub async fn require(browser: &Browser, fields: &Fields) -> Result<()> {
    let (app, site) = (&browser.app, &browser.site);
    let token = fields.text("challenge_token")?;
    if !site.config.challenge.enabled {
        return Ok(());
    }
    let now = app.world.clock.now_ms();
    let (address, session) = (browser.counted_address(), session_of(browser).await?);
    let holder = Holder { deployment: &site.config.id, address: &address, session: &session };
    let ticket = token.and_then(|text| Ticket::read(&app.vault, (Kind::Solved, holder), text, now));
    let used = subject(app, site, &ticket.ok_or(Code::ChallengeRequired)?);
    match app.db.write(move |tx| throttle::count(tx, &USE, &used, now)).await? {
        Verdict::Counted => Ok(()),
        Verdict::Wait(_) => Err(Code::ChallengeRequired.into()),
    }
}
