#pragma once

#include <cstdint>
#include <cstdio>
#include <random>
#include <string>

namespace tocsin::bench {

struct webhook_mix {
    unsigned organizations = 1'000;
    unsigned known = 100;  ///< issues of each organization; 70 % of the webhooks are about them
    bool storm = false;    ///< all webhooks are about the same issue
    std::uint64_t seed = 1;
};

/// Bodies of issue.created, similar to Sentry's in size and variety: 6 KB with a compression ratio of four.
class webhook_bodies {
public:
    explicit webhook_bodies(webhook_mix const& mix) : mix_(mix), random_(mix.seed) {
        std::string fields;
        while (fields.size() < 5'200)
            fields += "\"sdk.package." + std::to_string(random_() % 1'000'000) +
                      "\":{\"filename\":\"checkout/gateway/charge_" + std::to_string(random_() % 1'000'000) +
                      ".py\",\"function\":\"charge\",\"in_app\":true},";
        fields.pop_back();
        metadata_ = "\"metadata\":{" + fields + "},";
    }

    void write_next(std::string& body) {
        unsigned const organization =
            mix_.storm ? 1 : static_cast<unsigned>(random_() % mix_.organizations) + 1;
        bool const is_known = mix_.storm || random_() % 100 < 70;
        std::uint64_t const issue = mix_.storm ? 1
                                    : is_known ? random_() % mix_.known + 1
                                               : 1'000'000'000 + random_() % 1'000'000'000'000;
        ++count_;
        char head[512];
        std::snprintf(
            head,
            sizeof head,
            R"({"action":"created","installation":{"uuid":"00000000-0000-4000-8000-%012x"},"data":{"issue":{"id":"%llu","count":"%llu",)",
            organization,
            static_cast<unsigned long long>(issue),
            static_cast<unsigned long long>(count_ % 50 + 1)
        );
        body = head;
        body += metadata_;
        body += R"("shortId":"CHECKOUT-)" + std::to_string(issue % 100'000);
        body +=
            R"(","title":"TimeoutError: no answer from the gateway","culprit":"checkout.gateway in charge","permalink":"https://northwind.sentry.example/issues/1/","level":"error","status":"unresolved","substatus":"new","platform":"python","project":{"id":"1","slug":"checkout","name":"Checkout","platform":"python"},"userCount":1,"isUnhandled":true,"firstSeen":"2026-03-02T09:14:05.120000+00:00","lastSeen":"2026-03-02T09:14:05.)";
        std::snprintf(head, sizeof head, "%06llu", static_cast<unsigned long long>(count_ % 1'000'000));
        body += head;
        body += R"(+00:00"}},"actor":{"type":"application","id":"sentry","name":"Sentry"}})";
    }

private:
    webhook_mix const mix_;
    std::mt19937_64 random_;
    std::string metadata_;
    std::uint64_t count_ = 0;
};

}  // namespace tocsin::bench
