// The compiled bodies of Beast and of Asio's TLS; those of Asio itself are in libs/async.
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
