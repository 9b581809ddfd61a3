// The separately compiled parts of Beast and of Asio's TLS. Those of Asio itself are in libs/async.
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
