//! What each server of live pages does with HTTP. A server says how it starts, by [`Serve`], and runs all of it as its own tests by [`tests!`].

mod assets;
mod compression;
mod content;
mod hosts;
mod layouts;
mod prefix;
mod site;

// As the tests of live-smol speak it.
#[path = "../../../smol-server/tests/it/common/http.rs"]
#[expect(dead_code, reason = "the tests of live-smol use all of it")]
mod http;

use std::time::Duration;

pub use assets::*;
pub use compression::*;
pub use hosts::*;
pub use layouts::*;
pub use prefix::*;
pub use site::{Greeted, Greeting, PLAIN, ROWS, Serve, Site, row, rows};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// All tests of the suite, for one server.
#[macro_export]
macro_rules! tests {
    ($server:ty: $($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                $crate::$name::<$server>();
            }
        )*
    };
    ($server:ty) => {
        $crate::tests! { $server:
            pages_routes_and_scripts_are_compressed_as_accepted
            a_stream_is_compressed_line_by_line
            two_answers_of_one_page_differ_in_length
            nothing_is_compressed_where_a_proxy_does_it
            what_a_browser_has_is_not_sent_again
            a_tag_survives_what_proxies_do_to_it
            files_have_types_tags_and_names_for_good
            a_layout_names_its_files_with_their_versions
            parts_of_a_file_are_sent
            no_path_leads_out_of_the_files
            a_changed_file_is_sent_anew
            files_are_only_read
            a_file_that_can_not_be_read_is_not_missing
            a_plain_route_is_in_the_applications_layout
            a_policy_has_each_directive_once
            the_prefix_may_be_left_by_a_proxy_or_removed
            what_the_server_writes_has_the_prefix
            each_host_of_the_list_is_served_and_no_other
        }
    };
}
