//! Plain routes and middleware.

use live_smol::Method;
use live_smol::prelude::*;
use serde::Deserialize;

use crate::common::tab::{Loaded, load};
use crate::common::{Tab, http, lab, options};

#[derive(Deserialize)]
struct Login {
    name: String,
}

async fn login(mut request: Request) -> Result<Response> {
    let Login { name } = request.form().await?;
    Ok(Response::redirect("/lab/a").with_cookie("user", &name, false))
}

async fn who(mut request: Request, next: Next) -> Response {
    request.user_id = request.cookie("user").map(str::to_owned);
    let response = next.run(request).await;
    response.with_header(live_smol::header::SERVER, "lab")
}

async fn guard(request: Request, next: Next) -> Response {
    if request.path() == "/secret" && request.user_id.is_none() {
        return Response::redirect("/login");
    }
    next.run(request).await
}

fn server() -> live_smol::Server {
    lab(options())
        .get("/hello/{name}", |request: Request| async move {
            format!(
                "Hello, {} and {}",
                request.param("name").unwrap_or("you"),
                request.query("and").unwrap_or_default()
            )
        })
        .get("/secret", |_: Request| async { "the secret" })
        .get("/report.csv", |_: Request| async {
            Response::download("report \"1\".csv", "text/csv", "a,b\n")
        })
        .get("/panic", |_: Request| async { if true { panic!("a handler panics") } else { "" } })
        .get("/split", |_: Request| async { Response::redirect("/a\r\nSet-Cookie: x=y") })
        .get("/broken", |_: Request| async { Result::<Response>::Err(Error::msg("secret cause")) })
        .get("/json", |_: Request| async { Response::json(&[1, 2]) })
        .post("/login", login)
        .route(Method::DELETE, "/secret", |_: Request| async { StatusCode::NO_CONTENT })
        .get("/healthz", |_: Request| async { "ok" })
        .with(guard)
        .with(who)
        .bind("127.0.0.1:0")
        .unwrap()
}

#[test]
fn routes_answer() {
    let server = server();
    let get = |path| http::get(server.local_addr().unwrap(), path, "");
    assert_eq!(get("/hello/J%C3%BCrgen?and=a%26b").text(), "Hello, Jürgen and a&b");
    assert_eq!(get("/json").text(), "[1,2]");
    let file = get("/report.csv");
    assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"report _1_.csv\""));
    assert_eq!((file.header("content-type"), file.text()), (Some("text/csv"), "a,b\n"));
    assert_eq!(get("/split").status, 500);
    let broken = get("/broken");
    assert!(broken.status == 500 && !broken.text().contains("cause"));
    let head = http::raw(
        server.local_addr().unwrap(),
        "HEAD /json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    assert_eq!((head.status, head.header("content-length"), head.body.len()), (200, Some("5"), 0));
    let wrong = http::post(server.local_addr().unwrap(), "/json", "", "");
    assert_eq!((wrong.status, wrong.header("allow")), (405, Some("GET")));
    let health = http::raw(
        server.local_addr().unwrap(),
        "GET /healthz HTTP/1.1\r\nHost: 10.0.0.7\r\nConnection: close\r\n\r\n",
    );
    assert_eq!(health.text(), "ok");
}

#[test]
fn a_panic_in_a_handler_is_that_requests_alone() {
    let server = server();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    assert_eq!(http::get(server.local_addr().unwrap(), "/panic", "").status, 500);
    assert_eq!(http::get(server.local_addr().unwrap(), "/json", "").status, 200);
    tab.act("inc");
}

#[test]
fn several_requests_share_a_connection() {
    use std::io::Write;
    let server = server();
    let mut stream = http::connect(server.local_addr().unwrap());
    let one = "GET /json HTTP/1.1\r\nHost: localhost\r\n\r\n";
    stream.write_all(one.repeat(3).as_bytes()).unwrap();
    for _ in 0..3 {
        assert_eq!(http::read_head(&mut stream).text(), "[1,2]");
    }
}

#[test]
fn middleware_sees_pages_and_routes_and_may_answer_itself() {
    let server = server();
    let away = http::get(server.local_addr().unwrap(), "/secret", "");
    assert_eq!(
        (away.status, away.header("location"), away.header("server")),
        (303, Some("/login"), Some("lab"))
    );
    let secret = http::get(server.local_addr().unwrap(), "/secret", "Cookie: user=ann\r\n");
    assert_eq!(secret.text(), "the secret");
    assert_eq!(http::get(server.local_addr().unwrap(), "/lab/a", "").header("server"), Some("lab"));
}

#[test]
fn a_login_gives_the_page_its_user() {
    let server = server();
    let answer =
        http::post(server.local_addr().unwrap(), "/login", "Origin: http://localhost\r\n", "name=ann");
    assert_eq!((answer.status, answer.header("location")), (303, Some("/lab/a")));
    let user = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let Loaded { client, cookie, token } = load(server.local_addr().unwrap(), "/lab/a", &user);
    let mut tab =
        Tab::of(server.local_addr().unwrap(), Loaded { client, cookie: format!("{cookie}; {user}"), token });
    tab.act("who");
    tab.until("her name", |tab| tab.client.html("notes").is_some_and(|html| html.contains("<li>ann</li>")));
    assert_eq!(http::post(server.local_addr().unwrap(), "/login", "", "nome=ann").status, 400);
    assert_eq!(
        http::post(server.local_addr().unwrap(), "/login", "Origin: http://evil.example\r\n", "name=eve")
            .status,
        403
    );
}
