#include "vector_portable.h"

#define CK_SINGLE NULL

#include "level_template.h"
