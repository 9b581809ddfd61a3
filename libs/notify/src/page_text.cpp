#include <tocsin/notify/page_text.hpp>

namespace tocsin::notify {

std::string headline(outgoing_page const& page) {
    return "#" + std::to_string(page.incident) + " " + page.severity + " in " + page.service + ": " +
           page.title;
}

std::string link_path(secret const& link) {
    return "/page/" + std::string(link.reveal());
}

mail::message mail_of(outgoing_page const& page, std::string const& public_url) {
    mail::message made;
    made.to = std::string(page.address.reveal());
    made.subject = headline(page);
    made.thread = "incident-" + page.organization.str() + "-" + std::to_string(page.incident);
    made.text = headline(page) + "\n";
    if (!page.environment.empty()) made.text += "Environment: " + page.environment + "\n";
    if (!page.release.empty()) made.text += "Release: " + page.release + "\n";
    made.text += "\nAcknowledge: " + public_url + link_path(page.link) + "\nIncident: " + public_url + "/o/" +
                 page.organization_slug + "/incidents/" + std::to_string(page.incident) + "\n";
    if (!page.url.empty()) made.text += "Sentry: " + page.url + "\n";
    made.text += "\n" + page.organization_name + " pages you with " + std::string(to_string(page.urgency)) +
                 " urgency. Until a person acknowledges, the policy goes on to its next steps.\n";
    return made;
}

}  // namespace tocsin::notify
