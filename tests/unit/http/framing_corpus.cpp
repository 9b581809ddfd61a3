// Prints the framing cases as JSON, for tests of the whole program: [{"name", "base64", "status"}]. Those of
// chunked bodies are requests to the webhook route.
#include "chunked_cases.hpp"
#include "framing_cases.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/json/writer.hpp>

#include <cstdio>

namespace {

template <class Cases>
void append(tocsin::json::writer& out, Cases const& cases) {
    for (auto const& each : cases)
        out.begin_object()
            .field("name", each.name)
            .field("base64", tocsin::to_base64(tocsin::as_bytes(each.bytes)))
            .field("status", each.status)
            .end_object();
}

}  // namespace

int main() {
    tocsin::json::writer out;
    out.begin_array();
    append(out, tocsin::tests::framing_cases());
    append(out, tocsin::tests::chunked_cases());
    std::puts(out.end_array().take().c_str());
}
