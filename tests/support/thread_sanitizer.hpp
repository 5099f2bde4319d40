// GRADUS_THREAD_SANITIZER where it runs.
#pragma once

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define GRADUS_THREAD_SANITIZER
#endif
#endif
