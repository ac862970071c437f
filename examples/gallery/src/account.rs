//! An account: what only those see who are logged in. Logging in and out are plain forms on plain routes, in `login.rs`.

use std::sync::Arc;

use live_smol::prelude::*;
use sailfish::TemplateSimple;
use serde::{Deserialize, Serialize};

use crate::logins::Logins;
use crate::people::{colour, initial};

/// The page at `/account`. It needs [`Options::auth`] of the same logins.
#[derive(Debug)]
pub struct AccountPage {
    logins: Arc<Logins>,
}

/// What one browser tab shows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Account {
    user: String,
    since: String,
    /// In how many browsers the user is logged in.
    browsers: usize,
}

/// A user's logins have changed.
#[derive(Debug, Serialize, Deserialize)]
pub struct Changed;

#[derive(TemplateSimple)]
#[template(path = "account.stpl")]
struct Markup<'a> {
    account: &'a Account,
}

#[derive(TemplateSimple)]
#[template(path = "account_browsers.stpl")]
struct Browsers {
    browsers: usize,
}

impl Page for AccountPage {
    type State = Account;
    type Message = Changed;

    /// Authentication has sent everybody else to `/login`.
    fn mount(&self, ctx: &mut Ctx<Self>, s: &mut Session<Account>) -> Result {
        let login = self.logins.find(ctx.header("cookie").unwrap_or_default());
        let Some(login) = login else { return Err(Redirect::to("/login").into()) };
        ctx.subscribe(topic(&login.user))?;
        let browsers = self.logins.count(&login.user);
        s.state = Account { user: login.user, since: login.since, browsers };
        Ok(())
    }

    fn render(&self, s: &Session<Account>, view: &mut View) -> Result {
        view.title("Account");
        view.page(|out| Markup { account: &s.state }.write(out));
        view.region("browsers", |out| Browsers { browsers: s.state.browsers }.write(out));
        Ok(())
    }

    /// The user has logged in or out somewhere. Tabs of the browser that logged out are loaded again by themselves; this sends away
    /// those of others.
    fn info(&self, ctx: &mut Ctx<Self>, s: &mut Session<Account>, _: Changed) -> Result {
        if self.logins.find(ctx.header("cookie").unwrap_or_default()).is_none() {
            s.push(Redirect::to("/login").replacing());
        }
        s.state.browsers = self.logins.count(&s.state.user);
        s.mark("browsers");
        Ok(())
    }

    fn missed(&self, ctx: &mut Ctx<Self>, s: &mut Session<Account>, _: &str) -> Result {
        self.info(ctx, s, Changed)
    }
}

impl AccountPage {
    /// A page for these logins.
    pub fn new(logins: Arc<Logins>) -> Self {
        Self { logins }
    }
}

/// Where the news about a user's logins go.
pub(crate) fn topic(user: &str) -> String {
    format!("account:{user}")
}
