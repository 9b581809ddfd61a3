#pragma once

#include <tocsin/json/document.hpp>
#include <tocsin/sentry/issue.hpp>

#include <string>
#include <string_view>

namespace tocsin::sentry {

/// Of an issue, by its issueCategory: Sentry has several names for some kinds.
std::string category_of(std::string issue_category);

/// "User feedback: " and the first line of the message; without a message, the title stays.
void set_feedback_title(std::string& title, std::string_view message);

/// What the event of an issue that is no error says about itself.
void read_occurrence(event& target, json::value const& object);

/// The page of an issue, from that of one of its events or from the API's address of the issue. Sentry's
/// pages of events may not exist. Empty if the address has another form.
std::string issue_page(std::string const& url);
/// The id in the API's address of an issue; empty if there is none.
std::string issue_id_in(std::string_view url);

}  // namespace tocsin::sentry
