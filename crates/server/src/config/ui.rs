//! What one deployment calls things, where its pages lead, and what they look like.

use keyrack_protocol::ThemeTokens;
use std::collections::BTreeMap;

/// Names, links and look. A link is an absolute URL or a path, `""` when it is not set.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the setting of this name that is published")]
pub struct Ui {
    pub privacy_policy_url: String,
    pub tos_page_url: String,
    /// Without it the hosted page is published.
    pub sign_in_page_url: String,
    /// Without it the hosted page is published.
    pub sign_up_page_url: String,
    /// Where people put themselves on the waitlist. Without it the hosted page.
    pub waitlist_page_url: String,
    /// Where mailed invitations lead. Without it to the hosted page.
    pub invite_page_url: String,
    /// Where mailed links to set another password lead. Without it to the hosted page.
    pub forgot_password_page_url: String,
    /// Where mailed links to sign in lead. Without it to the hosted page.
    pub magic_link_page_url: String,
    pub support_page_url: String,
    pub after_logo_click_url: String,
    pub user_profile_url: String,
    pub after_sign_out_one_page_url: String,
    pub after_sign_out_all_page_url: String,
    pub after_signup_redirect_url: String,
    pub after_signin_redirect_url: String,
    pub favicon_image_url: String,
    pub logo_image_url: String,
    pub default_user_profile_image_url: String,
    pub use_initials_for_user_profile_image: bool,
    pub signup_terms_statement_shown: bool,
    pub signup_terms_statement: String,
    /// The look of the hosted pages.
    pub theme: ThemeTokens,
}

impl Default for Ui {
    fn default() -> Self {
        let unset = String::new;
        Self {
            privacy_policy_url: unset(),
            tos_page_url: unset(),
            sign_in_page_url: unset(),
            sign_up_page_url: unset(),
            waitlist_page_url: unset(),
            invite_page_url: unset(),
            forgot_password_page_url: unset(),
            magic_link_page_url: unset(),
            support_page_url: unset(),
            after_logo_click_url: unset(),
            user_profile_url: unset(),
            after_sign_out_one_page_url: unset(),
            after_sign_out_all_page_url: unset(),
            after_signup_redirect_url: unset(),
            after_signin_redirect_url: unset(),
            favicon_image_url: unset(),
            logo_image_url: unset(),
            default_user_profile_image_url: unset(),
            use_initials_for_user_profile_image: true,
            signup_terms_statement_shown: false,
            signup_terms_statement: unset(),
            theme: ThemeTokens::default(),
        }
    }
}

/// Texts of the hosted pages that the deployment has of its own: language → name of the text → text.
pub type Messages = BTreeMap<String, BTreeMap<String, String>>;
