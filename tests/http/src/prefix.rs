//! An application under a path.

use live_std::Options;

use crate::content::Content;
use crate::http::{get, post};
use crate::{Serve, Site};

fn site() -> Site {
    Site::with(Options { path_prefix: "/app".to_owned(), ..Options::default() })
}

/// Pages, routes, files and scripts are there by both names.
pub fn the_prefix_may_be_left_by_a_proxy_or_removed<S: Serve>() {
    let server = S::start(site());
    for path in ["/greet/Anna", "/rows", "/plain", "/assets/css/app.css", "/_live/runtime.js"] {
        for prefix in ["", "/app"] {
            assert_eq!(get(server.address(), &format!("{prefix}{path}"), "").status, 200, "{prefix}{path}");
        }
        assert_eq!(get(server.address(), &format!("/apple{path}"), "").status, 404);
        assert_eq!(get(server.address(), &format!("/app/app{path}"), "").status, 404);
    }
}

/// Scripts, files, the WebSocket, the cookie of forms.
pub fn what_the_server_writes_has_the_prefix<S: Serve>() {
    let server = S::start(site());
    for path in ["/greet/Anna", "/app/greet/Anna"] {
        let page = get(server.address(), path, "");
        assert!(page.page().contains("src=\"/app/_live/runtime.js?v="), "{}", page.page());
        assert_eq!(page.quoted("data-lv-base=\""), "/app");
        assert!(page.quoted("rel=\"stylesheet\" href=\"").starts_with("/app/assets/css/app-"));
        assert_eq!(page.quoted("<a href=\""), "/app/");
        let cookie =
            page.header("set-cookie").expect("a cookie").split(';').next().unwrap_or_default().to_owned();
        let form = post(
            server.address(),
            path,
            &format!(
                "Cookie: {cookie}\r\nOrigin: http://localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            ),
            &format!("_csrf={}&_lv_event=greet", page.quoted("name=\"_csrf\" value=\"")),
        );
        assert_eq!((form.status, form.header("location")), (303, Some("/app/greet/Anna")), "{}", form.page());
        let kept = form
            .headers("set-cookie")
            .find(|cookie| cookie.starts_with("live-form="))
            .expect("the form's cookie");
        assert!(kept.contains("; Path=/app/greet/Anna;"), "{kept}");
        let kept = kept.split(';').next().unwrap_or_default();
        let shown = get(server.address(), path, &format!("Cookie: {cookie}; {kept}\r\n"));
        assert!(shown.page().contains("Hello Anna, 1 times"), "{}", shown.page());
    }
    let socket = |prefix: &str| {
        get(server.address(), &format!("{prefix}/_live/websocket"), "Origin: http://localhost\r\n")
    };
    assert_eq!(socket("/app").status, socket("").status);
    assert_ne!(socket("/app").status, 404, "a WebSocket is there, for whoever shakes hands");
    assert_eq!(socket("/apple").status, 404);
}
