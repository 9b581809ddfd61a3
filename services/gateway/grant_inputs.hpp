#pragma once

#include "gateway/input.hpp"

#include <tocsin/grants/call_rules.hpp>
#include <tocsin/grants/types.hpp>

#include <optional>
#include <string>

/// What the routes of grants take.
namespace tocsin::gateway {

struct grant_filter {
    std::optional<std::string> name;
};
input<grant_filter> grant_filter_input();

/// The key of a list of calls.
using call_key = id_of<struct grant_call_tag>;

input<grants::new_grant> new_grant_body();
input<grants::grant_change> grant_change_body();
/// Problems of the arguments have the path `args`.
input<grants::named_call> named_call_body();
/// A call in Sentry's form: what follows `sentry/`, with any query. `grants::plan` decides.
input<grants::sentry_style_call> sentry_call_input();
/// The same with a JSON body.
input<grants::sentry_style_call> sentry_call_body();

}  // namespace tocsin::gateway
