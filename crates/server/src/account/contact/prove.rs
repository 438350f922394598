//! Proving an address or a phone number: taking the code that was sent to it.

use super::{Contact, Kind, changed, store, told};
use crate::app::{App, Site};
use crate::audit::{self, About, Event};
use crate::caller::{Account, Own};
use crate::db::Tx;
use crate::domain::joining::{self, Who};
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::invitation;
use crate::membership::Place;
use crate::secret::{self, Used};
use crate::session::{read, scope};
use crate::throttle::{self, ADDRESS, CODE_GUESS, Subject, Verdict};
use crate::user::email::EmailAddress;
use crate::user::notice::{self, Changed, Whence};
use keyrack_protocol::{Code, EndReason};

/// What the records of an address or number are about.
pub(super) fn about<'a>(own: &'a Own, identifier: &'a Subject) -> About<'a> {
    About {
        reason: "",
        user: Some(&own.user.id),
        session: Some(&own.room.loaded.id),
        sign_in: Some(&own.sign_in),
        identifier: Some(identifier),
    }
}

/// Everything that taking a code needs, drawn before the transaction.
#[derive(Clone)]
struct Trial {
    kind: Kind,
    contact: Contact,
    guess: String,
    identifier: Subject,
    /// Under what wrong codes are counted: the account's own, which no stranger fills.
    counted: Subject,
    address: Subject,
}

/// Takes a code: the address or number is proved, and taken from whoever had it unproved.
///
/// # Errors
/// `INVALID_CODE`, `verification_code_expired`, `too_many_attempts`; [`Code::EmailAddressNotFound`],
/// [`Code::PhoneNumberNotFound`]; `EMAIL_EXISTS` when somebody else proved the address first: then it is removed here.
pub async fn attempt(account: &Account, kind: Kind, (id, code): (&str, &str)) -> Result<()> {
    let contact = kind.find(account.user()?, id)?;
    if contact.is_proved {
        return Ok(());
    }
    let trial = Trial::draw(account, (kind, contact), code);
    let (user, wanted) = (account.user.clone(), trial.clone());
    let tried = account.change_own_after(
        move |tx, site| {
            let places = match kind {
                Kind::Email => {
                    joining::enter(tx, site, Who::Adding(&user, &EmailAddress::parse(&wanted.contact.text)?))?
                }
                Kind::Phone => Vec::new(),
            };
            Ok((places, store::holders(tx, (&site.config.id, kind), &wanted.contact.text)?))
        },
        move |tx, of, own, places| take(tx, of, own, (&trial, &places)),
    );
    match tried.await?.1 {
        Some(refused) => Err(refused.into()),
        None => Ok(()),
    }
}

impl Trial {
    fn draw(account: &Account, (kind, contact): (Kind, Contact), code: &str) -> Self {
        let (app, site) = (&account.app, &account.site);
        let subject = |plain: &str| Subject::new(&app.vault, &site.config.id, plain);
        Self {
            guess: secret::hash(&app.vault, kind.secret(), &contact.id, code),
            identifier: subject(&contact.text),
            counted: subject(&format!("{}/wanted", throttle::own(account.user.as_str()))),
            address: subject(&account.counted_address()),
            kind,
            contact,
        }
    }
}

/// A refusal inside is committed (the guess is counted); an error undoes everything.
fn take(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    own: &mut Own,
    (trial, places): (&Trial, &[Place]),
) -> Result<Option<Code>> {
    let (kind, now) = (trial.kind, own.now());
    let contact = kind.find(&own.user, &trial.contact.id)?;
    if contact.is_proved {
        return Ok(None);
    }
    let mut full = Vec::new();
    for (rule, subject) in [(&CODE_GUESS, &trial.counted), (&ADDRESS, &trial.address)] {
        if let Verdict::Wait(ms) = audit::count(tx, (rule, subject), &mut full, now)? {
            return Err(Error::throttled(ms));
        }
    }
    let owner = (site.config.id.as_str(), kind.secret(), contact.id.as_str());
    let refused = match secret::consume(tx, owner, &trial.guess, now)? {
        Used::Wrong | Used::Dead => Some(Code::InvalidCode),
        Used::Expired => Some(Code::CodeExpired),
        Used::Now => None,
    };
    if let Some(code) = refused {
        let about = About { reason: code.as_str(), ..about(own, &trial.identifier) };
        audit::record(tx, site, &own.by(), Event::CodeRefused, about)?;
        audit::lockouts(tx, site, &own.by(), &full, about)?;
        return Ok(Some(code));
    }
    audit::record(tx, site, &own.by(), Event::CodeAccepted, about(own, &trial.identifier))?;
    throttle::forget(tx, &CODE_GUESS, &trial.counted)?;
    throttle::take_back(tx, &ADDRESS, &trial.address)?;
    proved(tx, (app, site), own, (trial, places))
}

fn proved(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    own: &mut Own,
    (trial, places): (&Trial, &[Place]),
) -> Result<Option<Code>> {
    let (kind, contact, now) = (trial.kind, &trial.contact, own.now());
    let owner = store::owner(tx, (&site.config.id, kind), &contact.text)?;
    match owner {
        Some(_) if kind == Kind::Email => {
            store::take(tx, kind, (&own.user.id, &contact.text))?;
            changed(tx, own)?;
            return Ok(Some(kind.exists()));
        }
        Some(owner) => take_number(tx, (app, site), own, (trial, &owner))?,
        None => {}
    }
    take_unproved(tx, site, own, (kind, &contact.text))?;
    store::prove(tx, kind, &contact.id, now)?;
    if kind.of(&own.user).iter().all(|contact| !contact.is_primary) {
        store::make_primary(tx, kind, (&own.user.id, &contact.id), now)?;
    }
    joining::join(tx, site, places, &own.user.id, &own.by())?;
    if kind == Kind::Email {
        invitation::tell_of_open(tx, site, (&own.user.id, &contact.text), now)?;
    }
    let what = kind.changed(Changed::EmailAdded, Changed::PhoneAdded);
    told(tx, (app, site), own, (what, &contact.text))?;
    Ok(None)
}

/// Takes a number from the account that had proved it, and tells that.
fn take_number(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    own: &Own,
    (trial, owner): (&Trial, &UserId),
) -> Result<()> {
    let Some(user) = own.beside(owner) else {
        return Err(Error::unavailable("take a phone number", "it changed hands meanwhile"));
    };
    store::take(tx, trial.kind, (owner, &trial.contact.text))?;
    store::touch(tx, owner, own.now())?;
    let about = About { reason: Changed::PhoneTaken.word(), user: Some(owner), ..About::default() };
    audit::record(tx, site, &own.by().stranger(), Event::AccountChanged, about)?;
    // Whoever loses a number is not told where its new owner is.
    let (told, nowhere) = ((Changed::PhoneTaken, trial.contact.text.as_str()), Whence::default());
    notice::way_changed(tx, (app, site), user, told, (&nowhere, own.now()))?;
    let sessions = read::sessions_of(tx, owner)?;
    scope::tell_in(tx, site, &sessions, &own.by())
}

/// Takes what is proved now from those who have it unproved, and ends their sign-ins.
fn take_unproved(tx: &mut Tx<'_>, site: &Site, own: &mut Own, (kind, text): (Kind, &str)) -> Result<()> {
    for user in own.all_beside() {
        if kind.of(&user).iter().any(|contact| contact.text == text && !contact.is_proved) {
            store::take(tx, kind, (&user.id, text))?;
            store::touch(tx, &user.id, own.now())?;
            own.end_all_of(tx, site, &user, EndReason::CredentialsChanged)?;
        }
    }
    Ok(())
}
