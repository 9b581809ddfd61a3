#pragma once

#include <tocsin/http/server.hpp>
#include <tocsin/notify/page_links.hpp>

#include <vector>

namespace tocsin::gateway {

/// `/page/{link}`: the page on which a person acknowledges an incident by a link, without signing in. GET
/// only shows it, because mail scanners follow links; its button acts. `links` outlives the routes.
std::vector<http::route> page_link_routes(notify::page_links& links);

}  // namespace tocsin::gateway
