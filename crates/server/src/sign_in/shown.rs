//! What is shown of an attempt.

use super::machine::{Stage, current_step};
use super::store::Kept;
use super::{factor, policy};
use crate::app::Site;
use crate::id::{AttemptId, SessionId};
use crate::time::rfc3339;
use crate::user::User;
use crate::user::ways::apart;
use keyrack_protocol::{CurrentSessionStep as Step, ProfileCompletionData, SigninAttempt};

/// What is shown of an attempt. Of the account nothing is, until a first factor is proved: `user` is whoever did.
#[must_use]
pub fn shown(
    site: &Site,
    (id, session): (&AttemptId, &SessionId),
    (kept, user): (&Kept, Option<&User>),
    expires_at: i64,
) -> SigninAttempt {
    let step = current_step(&kept.stage);
    let (proof, left) = match &kept.stage {
        Stage::First { step, .. } => (None, vec![*step]),
        Stage::Left { proof, left, .. } => (Some(proof), left.clone()),
        Stage::Done { proof, .. } => (Some(proof), Vec::new()),
    };
    let user = user.filter(|_| proof.is_some());
    let completes = left.contains(&Step::CompleteProfile);
    // What the account is called and reached by is for whoever has proved everything else.
    let reader = user.filter(|_| step == Step::CompleteProfile);
    let methods = match (user, proof) {
        (Some(user), Some(proof)) if step == Step::VerifySecondFactor => factor::available(site, user, proof),
        _ => Vec::new(),
    };
    let missing = reader.map(|user| policy::missing(site, user)).unwrap_or_default();
    SigninAttempt {
        id: id.to_string(),
        session_id: session.to_string(),
        method: kept.method,
        sso_provider: String::new(),
        email: kept.email.clone(),
        user_id: user.map(|user| user.id.to_string()),
        expires_at: rfc3339(expires_at),
        first_method_authenticated: proof.is_some(),
        second_method_authenticated: proof.is_some_and(|proof| proof.second_factor_at.is_some()),
        second_method_authentication_required: left.contains(&Step::VerifySecondFactor)
            || left.contains(&Step::AddSecondFactor),
        available_2fa_methods: methods.into_iter().map(|method| method.as_str().to_owned()).collect(),
        current_step: step,
        completed: left.is_empty(),
        remaining_steps: left,
        requires_completion: completes,
        missing_fields: missing.into_iter().map(str::to_owned).collect(),
        required_fields: policy::required(site),
        profile_completion_data: reader.map(known).unwrap_or_default(),
    }
}

/// What is known of a profile that is to be completed.
fn known(user: &User) -> ProfileCompletionData {
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let phones = &user.ways.phones;
    let phone = phones.iter().find(|phone| phone.is_primary).or(phones.first()).map(|it| apart(&it.phone));
    let (phone_country_code, phone_number) = phone.unzip();
    ProfileCompletionData {
        first_name: filled(&user.first_name),
        last_name: filled(&user.last_name),
        username: user.username.clone(),
        email: user.emails.iter().find(|email| email.is_primary).map(|email| email.email.clone()),
        phone_number,
        phone_country_code,
    }
}
