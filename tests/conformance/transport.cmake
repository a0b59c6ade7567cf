samme_test(test_transport_fake SOURCES test_transport_fake.c transport_suite.c
           USES support base LABELS conformance)
samme_test(test_transport_zmq SOURCES test_transport_zmq.c transport_suite.c
           USES net crypto base LABELS conformance)
