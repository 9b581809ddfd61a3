// Prints the framing cases as JSON, for tests of the whole program: [{"name", "base64", "status"}].
#include "framing_cases.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/json/writer.hpp>

#include <cstdio>

int main() {
    tocsin::json::writer out;
    out.begin_array();
    for (auto const& each : tocsin::tests::framing_cases())
        out.begin_object()
            .field("name", each.name)
            .field("base64", tocsin::to_base64(tocsin::as_bytes(each.bytes)))
            .field("status", each.status)
            .end_object();
    std::puts(out.end_array().take().c_str());
}
