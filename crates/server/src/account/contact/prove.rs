//! Proving an address or a phone number: taking the code that was sent to it.

use super::{changed, told};
use crate::app::{App, Site};
use crate::audit::{self, About, Event};
use crate::caller::{Account, Own};
use crate::contact::{self, Contact, Kind, store};
use crate::db::Tx;
use crate::domain::joining::{self, Who};
use crate::error::{Error, Result};
use crate::invitation;
use crate::membership::Place;
use crate::secret::{self, Used};
use crate::throttle::{self, ADDRESS, CODE_GUESS, Subject, Verdict};
use crate::user::email::EmailAddress;
use crate::user::factors;
use crate::user::notice::Changed;
use keyrack_protocol::Code;

/// What the records of an address or number are about.
pub(super) fn about<'a>(own: &'a Own, identifier: &'a Subject) -> About<'a> {
    About {
        reason: "",
        user: Some(&own.user.id),
        session: Some(&own.room.loaded.id),
        sign_in: Some(&own.sign_in),
        identifier: Some(identifier),
        invitation: None,
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
    let (kind, own_one, now) = (trial.kind, &trial.contact, own.now());
    let (it, by) = ((kind, own_one.text.as_str()), own.by());
    if !contact::take_over(tx, (app, site), it, (&own.user.id, own.beside()), &by)? {
        store::take(tx, kind, (&own.user.id, &own_one.text))?;
        changed(tx, own)?;
        return Ok(Some(kind.exists()));
    }
    contact::note_proved(tx, (&own.user, kind, &own_one.id), now)?;
    joining::join(tx, site, places, &own.user.id, &by)?;
    match kind {
        Kind::Email => invitation::tell_of_open(tx, site, (&own.user.id, &own_one.text), now)?,
        Kind::Phone => factors::settle_gain(tx, site, &own.user.id, now)?,
    }
    let what = kind.changed(Changed::EmailAdded, Changed::PhoneAdded);
    told(tx, (app, site), own, (what, &own_one.text))?;
    Ok(None)
}
