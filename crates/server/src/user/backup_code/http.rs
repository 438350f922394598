//! `/me/backup-codes`.

use super::{Drawn, store};
use crate::caller::Fresh;
use crate::error::Result;
use crate::http::answer;
use crate::http::operation::Operation;
use crate::http::routes::Routes;
use crate::user::SENSITIVE;
use crate::user::notice::Changed;
use axum::response::Response;
use keyrack_protocol::Code;

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "Make backup codes. Twelve, each of which stands in for another second factor once; nothing shows them \
                 again, and those made before are void.";
    let make_them = Operation::post::<Vec<String>>("/me/backup-codes", "makeMyBackupCodes", about)
        .of_browser()
        .refuses_also(SENSITIVE, &[Code::FactorNotOffered, Code::SecondFactorMissing]);
    let again =
        make_them.also_at(make_them.method.clone(), "/me/backup-codes/regenerate", "remakeMyBackupCodes");
    Routes::default().add(make_them, make).add(again, make)
}

async fn make(Fresh(account): Fresh) -> Result<Response> {
    if !account.site.config.auth.second_factor.backup_codes {
        return Err(Code::FactorNotOffered.into());
    }
    let drawn = Drawn::draw(&account.app);
    let made = account.change_own(move |tx, (app, site), own| {
        own.is_fresh()?;
        if own.user.second_factor_at.is_none() {
            return Err(Code::SecondFactorMissing.into());
        }
        store::replace(tx, &app.vault, (&site.config.id, &own.user.id), &drawn, own.now())?;
        own.way_changed(tx, (app, site), Changed::BackupCodesMade, "")?;
        own.touch();
        Ok(drawn.shown.clone())
    });
    Ok(answer::ok(made.await?.1))
}
