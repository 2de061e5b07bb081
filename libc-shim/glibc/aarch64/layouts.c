/* Layouts of glibc's private structures on aarch64: written by tools/glibc-layouts.
 *
 * In: the DWARF of libc6-dbg and the members listed in fields.def. Out: the tables
 * of layout.h: a row of offsets for each distinct layout, a key for each libc.so.6.
 */
#include "libc-shim/glibc/layout.h"

// clang-format off

const char glibc_tunable_texts[] =
    "\0"
    "glibc.rtld.nns\0"
    "glibc.elision.skip_lock_after_retries\0"
    "glibc.malloc.trim_threshold\0"
    "MALLOC_TRIM_THRESHOLD_\0"
    "glibc.malloc.perturb\0"
    "MALLOC_PERTURB_\0"
    "glibc.pthread.rseq\0"
    "glibc.cpu.name\0"
    "glibc.mem.tagging\0"
    "glibc.elision.tries\0"
    "glibc.elision.enable\0"
    "glibc.malloc.hugetlb\0"
    "glibc.malloc.mxfast\0"
    "glibc.rtld.dynamic_sort\0"
    "glibc.elision.skip_lock_busy\0"
    "glibc.malloc.top_pad\0"
    "MALLOC_TOP_PAD_\0"
    "glibc.pthread.stack_cache_size\0"
    "glibc.cpu.hwcap_mask\0"
    "LD_HWCAP_MASK\0"
    "glibc.malloc.mmap_max\0"
    "MALLOC_MMAP_MAX_\0"
    "glibc.elision.skip_trylock_internal_abort\0"
    "glibc.malloc.tcache_unsorted_limit\0"
    "glibc.elision.skip_lock_internal_abort\0"
    "glibc.malloc.arena_max\0"
    "MALLOC_ARENA_MAX\0"
    "glibc.malloc.mmap_threshold\0"
    "MALLOC_MMAP_THRESHOLD_\0"
    "glibc.malloc.tcache_count\0"
    "glibc.malloc.arena_test\0"
    "MALLOC_ARENA_TEST\0"
    "glibc.pthread.mutex_spin_count\0"
    "glibc.rtld.optional_static_tls\0"
    "glibc.malloc.tcache_max\0"
    "glibc.malloc.check\0"
    "MALLOC_CHECK_\0"
    "glibc.gmon.minarcs\0"
    "glibc.gmon.maxarcs\0";

const struct glibc_tunable glibc_tunables[] = {
    {1, 0, 0, 2, 4, 1, 16}, /* glibc.rtld.nns */
    {16, 0, 0, 0, 3, 0, INT32_MAX}, /* glibc.elision.skip_lock_after_retries */
    {54, 82, 1, 2, 0, 0, -1}, /* glibc.malloc.trim_threshold */
    {105, 126, 1, 0, 0, 0, 255}, /* glibc.malloc.perturb */
    {142, 0, 0, 0, 1, 0, 1}, /* glibc.pthread.rseq */
    {161, 0, 0, 3, 0, 0, 0}, /* glibc.cpu.name */
    {176, 0, 1, 0, 0, 0, 255}, /* glibc.mem.tagging */
    {194, 0, 0, 0, 3, 0, INT32_MAX}, /* glibc.elision.tries */
    {214, 0, 0, 0, 0, 0, 1}, /* glibc.elision.enable */
    {235, 0, 0, 2, 0, 0, -1}, /* glibc.malloc.hugetlb */
    {256, 0, 1, 2, 0, 0, -1}, /* glibc.malloc.mxfast */
    {276, 0, 0, 0, 2, 1, 2}, /* glibc.rtld.dynamic_sort */
    {300, 0, 0, 0, 3, 0, INT32_MAX}, /* glibc.elision.skip_lock_busy */
    {329, 350, 1, 2, 0, 0, -1}, /* glibc.malloc.top_pad */
    {366, 0, 0, 2, 41943040, 0, -1}, /* glibc.pthread.stack_cache_size */
    {397, 418, 0, 1, 256, 0, -1}, /* glibc.cpu.hwcap_mask */
    {432, 454, 1, 0, 0, 0, INT32_MAX}, /* glibc.malloc.mmap_max */
    {471, 0, 0, 0, 3, 0, INT32_MAX}, /* glibc.elision.skip_trylock_internal_abort */
    {513, 0, 0, 2, 0, 0, -1}, /* glibc.malloc.tcache_unsorted_limit */
    {548, 0, 0, 0, 3, 0, INT32_MAX}, /* glibc.elision.skip_lock_internal_abort */
    {587, 610, 1, 2, 0, 1, -1}, /* glibc.malloc.arena_max */
    {627, 655, 1, 2, 0, 0, -1}, /* glibc.malloc.mmap_threshold */
    {678, 0, 0, 2, 0, 0, -1}, /* glibc.malloc.tcache_count */
    {704, 728, 1, 2, 0, 1, -1}, /* glibc.malloc.arena_test */
    {746, 0, 0, 0, 100, 0, 32767}, /* glibc.pthread.mutex_spin_count */
    {777, 0, 0, 2, 512, 0, -1}, /* glibc.rtld.optional_static_tls */
    {808, 0, 0, 2, 0, 0, -1}, /* glibc.malloc.tcache_max */
    {832, 851, 0, 0, 0, 0, 3}, /* glibc.malloc.check */
    {1, 0, 0, 2, 4, 1, 16}, /* glibc.rtld.nns */
    {16, 0, 0, 0, 3, 0, INT32_MAX}, /* glibc.elision.skip_lock_after_retries */
    {54, 82, 1, 2, 0, 0, -1}, /* glibc.malloc.trim_threshold */
    {105, 126, 1, 0, 0, 0, 255}, /* glibc.malloc.perturb */
    {142, 0, 0, 0, 1, 0, 1}, /* glibc.pthread.rseq */
    {161, 0, 0, 3, 0, 0, 0}, /* glibc.cpu.name */
    {176, 0, 1, 0, 0, 0, 255}, /* glibc.mem.tagging */
    {194, 0, 0, 0, 3, 0, INT32_MAX}, /* glibc.elision.tries */
    {214, 0, 0, 0, 0, 0, 1}, /* glibc.elision.enable */
    {235, 0, 0, 2, 0, 0, -1}, /* glibc.malloc.hugetlb */
    {256, 0, 1, 2, 0, 0, -1}, /* glibc.malloc.mxfast */
    {276, 0, 0, 0, 2, 1, 2}, /* glibc.rtld.dynamic_sort */
    {300, 0, 0, 0, 3, 0, INT32_MAX}, /* glibc.elision.skip_lock_busy */
    {329, 350, 1, 2, 0, 0, -1}, /* glibc.malloc.top_pad */
    {366, 0, 0, 2, 41943040, 0, -1}, /* glibc.pthread.stack_cache_size */
    {865, 0, 0, 0, 50, 50, INT32_MAX}, /* glibc.gmon.minarcs */
    {397, 418, 0, 1, 256, 0, -1}, /* glibc.cpu.hwcap_mask */
    {432, 454, 1, 0, 0, 0, INT32_MAX}, /* glibc.malloc.mmap_max */
    {471, 0, 0, 0, 3, 0, INT32_MAX}, /* glibc.elision.skip_trylock_internal_abort */
    {513, 0, 0, 2, 0, 0, -1}, /* glibc.malloc.tcache_unsorted_limit */
    {548, 0, 0, 0, 3, 0, INT32_MAX}, /* glibc.elision.skip_lock_internal_abort */
    {587, 610, 1, 2, 0, 1, -1}, /* glibc.malloc.arena_max */
    {627, 655, 1, 2, 0, 0, -1}, /* glibc.malloc.mmap_threshold */
    {678, 0, 0, 2, 0, 0, -1}, /* glibc.malloc.tcache_count */
    {704, 728, 1, 2, 0, 1, -1}, /* glibc.malloc.arena_test */
    {746, 0, 0, 0, 100, 0, 32767}, /* glibc.pthread.mutex_spin_count */
    {884, 0, 0, 0, 1048576, 50, INT32_MAX}, /* glibc.gmon.maxarcs */
    {777, 0, 0, 2, 512, 0, -1}, /* glibc.rtld.optional_static_tls */
    {808, 0, 0, 2, 0, 0, -1}, /* glibc.malloc.tcache_max */
    {832, 851, 0, 0, 0, 0, 3}, /* glibc.malloc.check */
};

const struct glibc_layout glibc_layouts[] = {
    /* 0: 2.36-8 arm64 */
    {.version_minor = 36,
     .tunable_count = 28,
     .first_tunable = 0,
     .field = {
         [GLIBC_gl_size] = 4512,
         [GLIBC_gl_ns] = 0,
         [GLIBC_ns_size] = 168,
         [GLIBC_ns_loaded] = 0,
         [GLIBC_ns_nloaded] = 8,
         [GLIBC_ns_libc_map] = 32,
         [GLIBC_gl_nns] = 2688,
         [GLIBC_gl_profile_map] = 2856,
         [GLIBC_gl_load_lock] = 2696,
         [GLIBC_gl_load_write_lock] = 2744,
         [GLIBC_gl_load_tls_lock] = 2792,
         [GLIBC_gl_load_adds] = 2840,
         [GLIBC_gl_all_dirs] = 2880,
         [GLIBC_gl_stack_flags] = 4368,
         [GLIBC_gl_tls_max_dtv_idx] = 4376,
         [GLIBC_gl_tls_dtv_slotinfo_list] = 4384,
         [GLIBC_gl_tls_static_used] = 4400,
         [GLIBC_gl_tls_generation] = 4424,
         [GLIBC_gl_initial_dtv] = 4416,
         [GLIBC_gl_stack_used] = 4440,
         [GLIBC_gl_stack_user] = 4456,
         [GLIBC_gl_stack_cache] = 4472,
         [GLIBC_gl_stack_cache_lock] = 4504,
         [GLIBC_mutex_kind] = 16,
         [GLIBC_slotinfo_list_size] = 16,
         [GLIBC_slotinfo_len] = 0,
         [GLIBC_slotinfo_next] = 8,
         [GLIBC_slotinfo_array] = 16,
         [GLIBC_slotinfo_size] = 16,
         [GLIBC_slotinfo_gen] = 0,
         [GLIBC_slotinfo_map] = 8,
         [GLIBC_ro_size] = 672,
         [GLIBC_ro_debug_mask] = 0,
         [GLIBC_ro_platform] = 8,
         [GLIBC_ro_platformlen] = 16,
         [GLIBC_ro_pagesize] = 24,
         [GLIBC_ro_minsigstacksize] = 32,
         [GLIBC_ro_clktck] = 64,
         [GLIBC_ro_debug_fd] = 72,
         [GLIBC_ro_lazy] = 76,
         [GLIBC_ro_fpu_control] = 88,
         [GLIBC_ro_hwcap] = 96,
         [GLIBC_ro_hwcap2] = 552,
         [GLIBC_ro_hwcap3] = GLIBC_ABSENT,
         [GLIBC_ro_hwcap4] = GLIBC_ABSENT,
         [GLIBC_ro_auxv] = 104,
         [GLIBC_ro_tls_static_size] = 464,
         [GLIBC_ro_tls_static_align] = 472,
         [GLIBC_ro_tls_static_surplus] = 480,
         [GLIBC_ro_init_all_dirs] = 504,
         [GLIBC_ro_sysinfo_dso] = 512,
         [GLIBC_ro_sysinfo_map] = 520,
         [GLIBC_ro_vdso_clock_gettime64] = 528,
         [GLIBC_ro_vdso_gettimeofday] = 536,
         [GLIBC_ro_vdso_time] = GLIBC_ABSENT,
         [GLIBC_ro_vdso_getcpu] = GLIBC_ABSENT,
         [GLIBC_ro_vdso_clock_getres_time64] = 544,
         [GLIBC_ro_debug_printf] = 568,
         [GLIBC_ro_mcount] = 576,
         [GLIBC_ro_lookup_symbol_x] = 584,
         [GLIBC_ro_catch_error] = 608,
         [GLIBC_ro_error_free] = 616,
         [GLIBC_ro_tls_get_addr_soft] = 624,
         [GLIBC_ro_libc_freeres] = 632,
         [GLIBC_ro_find_object] = 640,
         [GLIBC_ro_dlfcn_hook] = 648,
         [GLIBC_ro_naudit] = 664,
         [GLIBC_lm_size] = 1224,
         [GLIBC_lm_real] = 40,
         [GLIBC_lm_ns] = 48,
         [GLIBC_lm_libname] = 56,
         [GLIBC_lm_info] = 64,
         [GLIBC_lm_phdr] = 752,
         [GLIBC_lm_entry] = 760,
         [GLIBC_lm_phnum] = 768,
         [GLIBC_lm_ldnum] = 770,
         [GLIBC_lm_nbuckets] = 828,
         [GLIBC_lm_gnu_bitmask_idxbits] = 832,
         [GLIBC_lm_gnu_shift] = 836,
         [GLIBC_lm_gnu_bitmask] = 840,
         [GLIBC_lm_gnu_buckets] = 848,
         [GLIBC_lm_gnu_chain_zero] = 856,
         [GLIBC_lm_map_start] = 920,
         [GLIBC_lm_map_end] = 928,
         [GLIBC_lm_text_end] = 936,
         [GLIBC_lm_tls_initimage] = 1136,
         [GLIBC_lm_tls_initimage_size] = 1144,
         [GLIBC_lm_tls_blocksize] = 1152,
         [GLIBC_lm_tls_align] = 1160,
         [GLIBC_lm_tls_offset] = 1176,
         [GLIBC_lm_tls_modid] = 1184,
         [GLIBC_lm_tls_dtor_count] = 1192,
         [GLIBC_lm_relro_addr] = 1200,
         [GLIBC_lm_relro_size] = 1208,
         [GLIBC_pt_size] = 1856,
         [GLIBC_pt_alignment] = 32,
         [GLIBC_pt_header_dtv] = 0,
         [GLIBC_pt_header_self] = GLIBC_ABSENT,
         [GLIBC_pt_header_tcb] = GLIBC_ABSENT,
         [GLIBC_pt_stack_guard] = GLIBC_ABSENT,
         [GLIBC_pt_pointer_guard] = GLIBC_ABSENT,
         [GLIBC_pt_list] = 192,
         [GLIBC_pt_tid] = 208,
         [GLIBC_pt_robust_prev] = 216,
         [GLIBC_pt_robust_head] = 224,
         [GLIBC_pt_specific_1stblock] = 272,
         [GLIBC_pt_specific] = 784,
         [GLIBC_pt_report_events] = 1041,
         [GLIBC_pt_user_stack] = 1042,
         [GLIBC_pt_stackblock] = 1168,
         [GLIBC_pt_stackblock_size] = 1176,
         [GLIBC_pt_guardsize] = 1184,
         [GLIBC_pt_rseq_area] = 1824,
         [GLIBC_mutex_lock] = 0,
         [GLIBC_mutex_list] = 32,
         [GLIBC_ro_cpu_features] = 112,
         [GLIBC_cpu_size] = 16,
         [GLIBC_cpu_kind] = GLIBC_ABSENT,
         [GLIBC_cpu_max_cpuid] = GLIBC_ABSENT,
         [GLIBC_cpu_family] = GLIBC_ABSENT,
         [GLIBC_cpu_model] = GLIBC_ABSENT,
         [GLIBC_cpu_stepping] = GLIBC_ABSENT,
         [GLIBC_cpu_features] = GLIBC_ABSENT,
         [GLIBC_cpu_feature_size] = GLIBC_ABSENT,
         [GLIBC_cpu_feature_cpuid] = GLIBC_ABSENT,
         [GLIBC_cpu_feature_active] = GLIBC_ABSENT,
         [GLIBC_cpu_preferred] = GLIBC_ABSENT,
         [GLIBC_cpu_isa] = GLIBC_ABSENT,
         [GLIBC_cpu_xsave_size] = GLIBC_ABSENT,
         [GLIBC_cpu_xsave_full_size] = GLIBC_ABSENT,
         [GLIBC_cpu_data_cache_size] = GLIBC_ABSENT,
         [GLIBC_cpu_shared_cache_size] = GLIBC_ABSENT,
         [GLIBC_cpu_non_temporal] = GLIBC_ABSENT,
         [GLIBC_cpu_rep_movsb] = GLIBC_ABSENT,
         [GLIBC_cpu_rep_movsb_stop] = GLIBC_ABSENT,
         [GLIBC_cpu_rep_stosb] = GLIBC_ABSENT,
         [GLIBC_cpu_l1i_size] = GLIBC_ABSENT,
         [GLIBC_cpu_l1i_line] = GLIBC_ABSENT,
         [GLIBC_cpu_l1d_size] = GLIBC_ABSENT,
         [GLIBC_cpu_l1d_assoc] = GLIBC_ABSENT,
         [GLIBC_cpu_l1d_line] = GLIBC_ABSENT,
         [GLIBC_cpu_l2_size] = GLIBC_ABSENT,
         [GLIBC_cpu_l2_assoc] = GLIBC_ABSENT,
         [GLIBC_cpu_l2_line] = GLIBC_ABSENT,
         [GLIBC_cpu_l3_size] = GLIBC_ABSENT,
         [GLIBC_cpu_l3_assoc] = GLIBC_ABSENT,
         [GLIBC_cpu_l3_line] = GLIBC_ABSENT,
         [GLIBC_cpu_l4_size] = GLIBC_ABSENT,
         [GLIBC_cpu_midr] = 0,
         [GLIBC_cpu_zva_size] = 8,
         [GLIBC_cpu_bti] = 12,
         [GLIBC_cpu_tagging] = 13,
         [GLIBC_cpu_sve] = 14,
     }},
    /* 1: 2.36-9+deb12u14 arm64, 2.36-9+deb12u7 arm64 */
    {.version_minor = 36,
     .tunable_count = 30,
     .first_tunable = 28,
     .field = {
         [GLIBC_gl_size] = 4520,
         [GLIBC_gl_ns] = 0,
         [GLIBC_ns_size] = 168,
         [GLIBC_ns_loaded] = 0,
         [GLIBC_ns_nloaded] = 8,
         [GLIBC_ns_libc_map] = 32,
         [GLIBC_gl_nns] = 2688,
         [GLIBC_gl_profile_map] = 2856,
         [GLIBC_gl_load_lock] = 2696,
         [GLIBC_gl_load_write_lock] = 2744,
         [GLIBC_gl_load_tls_lock] = 2792,
         [GLIBC_gl_load_adds] = 2840,
         [GLIBC_gl_all_dirs] = 2880,
         [GLIBC_gl_stack_flags] = 4376,
         [GLIBC_gl_tls_max_dtv_idx] = 4384,
         [GLIBC_gl_tls_dtv_slotinfo_list] = 4392,
         [GLIBC_gl_tls_static_used] = 4408,
         [GLIBC_gl_tls_generation] = 4432,
         [GLIBC_gl_initial_dtv] = 4424,
         [GLIBC_gl_stack_used] = 4448,
         [GLIBC_gl_stack_user] = 4464,
         [GLIBC_gl_stack_cache] = 4480,
         [GLIBC_gl_stack_cache_lock] = 4512,
         [GLIBC_mutex_kind] = 16,
         [GLIBC_slotinfo_list_size] = 16,
         [GLIBC_slotinfo_len] = 0,
         [GLIBC_slotinfo_next] = 8,
         [GLIBC_slotinfo_array] = 16,
         [GLIBC_slotinfo_size] = 16,
         [GLIBC_slotinfo_gen] = 0,
         [GLIBC_slotinfo_map] = 8,
         [GLIBC_ro_size] = 672,
         [GLIBC_ro_debug_mask] = 0,
         [GLIBC_ro_platform] = 8,
         [GLIBC_ro_platformlen] = 16,
         [GLIBC_ro_pagesize] = 24,
         [GLIBC_ro_minsigstacksize] = 32,
         [GLIBC_ro_clktck] = 64,
         [GLIBC_ro_debug_fd] = 72,
         [GLIBC_ro_lazy] = 76,
         [GLIBC_ro_fpu_control] = 88,
         [GLIBC_ro_hwcap] = 96,
         [GLIBC_ro_hwcap2] = 552,
         [GLIBC_ro_hwcap3] = GLIBC_ABSENT,
         [GLIBC_ro_hwcap4] = GLIBC_ABSENT,
         [GLIBC_ro_auxv] = 104,
         [GLIBC_ro_tls_static_size] = 464,
         [GLIBC_ro_tls_static_align] = 472,
         [GLIBC_ro_tls_static_surplus] = 480,
         [GLIBC_ro_init_all_dirs] = 504,
         [GLIBC_ro_sysinfo_dso] = 512,
         [GLIBC_ro_sysinfo_map] = 520,
         [GLIBC_ro_vdso_clock_gettime64] = 528,
         [GLIBC_ro_vdso_gettimeofday] = 536,
         [GLIBC_ro_vdso_time] = GLIBC_ABSENT,
         [GLIBC_ro_vdso_getcpu] = GLIBC_ABSENT,
         [GLIBC_ro_vdso_clock_getres_time64] = 544,
         [GLIBC_ro_debug_printf] = 568,
         [GLIBC_ro_mcount] = 576,
         [GLIBC_ro_lookup_symbol_x] = 584,
         [GLIBC_ro_catch_error] = 608,
         [GLIBC_ro_error_free] = 616,
         [GLIBC_ro_tls_get_addr_soft] = 624,
         [GLIBC_ro_libc_freeres] = 632,
         [GLIBC_ro_find_object] = 640,
         [GLIBC_ro_dlfcn_hook] = 648,
         [GLIBC_ro_naudit] = 664,
         [GLIBC_lm_size] = 1232,
         [GLIBC_lm_real] = 40,
         [GLIBC_lm_ns] = 48,
         [GLIBC_lm_libname] = 56,
         [GLIBC_lm_info] = 64,
         [GLIBC_lm_phdr] = 752,
         [GLIBC_lm_entry] = 760,
         [GLIBC_lm_phnum] = 768,
         [GLIBC_lm_ldnum] = 770,
         [GLIBC_lm_nbuckets] = 828,
         [GLIBC_lm_gnu_bitmask_idxbits] = 832,
         [GLIBC_lm_gnu_shift] = 836,
         [GLIBC_lm_gnu_bitmask] = 840,
         [GLIBC_lm_gnu_buckets] = 848,
         [GLIBC_lm_gnu_chain_zero] = 856,
         [GLIBC_lm_map_start] = 920,
         [GLIBC_lm_map_end] = 928,
         [GLIBC_lm_text_end] = 936,
         [GLIBC_lm_tls_initimage] = 1144,
         [GLIBC_lm_tls_initimage_size] = 1152,
         [GLIBC_lm_tls_blocksize] = 1160,
         [GLIBC_lm_tls_align] = 1168,
         [GLIBC_lm_tls_offset] = 1184,
         [GLIBC_lm_tls_modid] = 1192,
         [GLIBC_lm_tls_dtor_count] = 1200,
         [GLIBC_lm_relro_addr] = 1208,
         [GLIBC_lm_relro_size] = 1216,
         [GLIBC_pt_size] = 1856,
         [GLIBC_pt_alignment] = 32,
         [GLIBC_pt_header_dtv] = 0,
         [GLIBC_pt_header_self] = GLIBC_ABSENT,
         [GLIBC_pt_header_tcb] = GLIBC_ABSENT,
         [GLIBC_pt_stack_guard] = GLIBC_ABSENT,
         [GLIBC_pt_pointer_guard] = GLIBC_ABSENT,
         [GLIBC_pt_list] = 192,
         [GLIBC_pt_tid] = 208,
         [GLIBC_pt_robust_prev] = 216,
         [GLIBC_pt_robust_head] = 224,
         [GLIBC_pt_specific_1stblock] = 272,
         [GLIBC_pt_specific] = 784,
         [GLIBC_pt_report_events] = 1041,
         [GLIBC_pt_user_stack] = 1042,
         [GLIBC_pt_stackblock] = 1168,
         [GLIBC_pt_stackblock_size] = 1176,
         [GLIBC_pt_guardsize] = 1184,
         [GLIBC_pt_rseq_area] = 1824,
         [GLIBC_mutex_lock] = 0,
         [GLIBC_mutex_list] = 32,
         [GLIBC_ro_cpu_features] = 112,
         [GLIBC_cpu_size] = 16,
         [GLIBC_cpu_kind] = GLIBC_ABSENT,
         [GLIBC_cpu_max_cpuid] = GLIBC_ABSENT,
         [GLIBC_cpu_family] = GLIBC_ABSENT,
         [GLIBC_cpu_model] = GLIBC_ABSENT,
         [GLIBC_cpu_stepping] = GLIBC_ABSENT,
         [GLIBC_cpu_features] = GLIBC_ABSENT,
         [GLIBC_cpu_feature_size] = GLIBC_ABSENT,
         [GLIBC_cpu_feature_cpuid] = GLIBC_ABSENT,
         [GLIBC_cpu_feature_active] = GLIBC_ABSENT,
         [GLIBC_cpu_preferred] = GLIBC_ABSENT,
         [GLIBC_cpu_isa] = GLIBC_ABSENT,
         [GLIBC_cpu_xsave_size] = GLIBC_ABSENT,
         [GLIBC_cpu_xsave_full_size] = GLIBC_ABSENT,
         [GLIBC_cpu_data_cache_size] = GLIBC_ABSENT,
         [GLIBC_cpu_shared_cache_size] = GLIBC_ABSENT,
         [GLIBC_cpu_non_temporal] = GLIBC_ABSENT,
         [GLIBC_cpu_rep_movsb] = GLIBC_ABSENT,
         [GLIBC_cpu_rep_movsb_stop] = GLIBC_ABSENT,
         [GLIBC_cpu_rep_stosb] = GLIBC_ABSENT,
         [GLIBC_cpu_l1i_size] = GLIBC_ABSENT,
         [GLIBC_cpu_l1i_line] = GLIBC_ABSENT,
         [GLIBC_cpu_l1d_size] = GLIBC_ABSENT,
         [GLIBC_cpu_l1d_assoc] = GLIBC_ABSENT,
         [GLIBC_cpu_l1d_line] = GLIBC_ABSENT,
         [GLIBC_cpu_l2_size] = GLIBC_ABSENT,
         [GLIBC_cpu_l2_assoc] = GLIBC_ABSENT,
         [GLIBC_cpu_l2_line] = GLIBC_ABSENT,
         [GLIBC_cpu_l3_size] = GLIBC_ABSENT,
         [GLIBC_cpu_l3_assoc] = GLIBC_ABSENT,
         [GLIBC_cpu_l3_line] = GLIBC_ABSENT,
         [GLIBC_cpu_l4_size] = GLIBC_ABSENT,
         [GLIBC_cpu_midr] = 0,
         [GLIBC_cpu_zva_size] = 8,
         [GLIBC_cpu_bti] = 12,
         [GLIBC_cpu_tagging] = 13,
         [GLIBC_cpu_sve] = 14,
     }},
};

const struct glibc_build glibc_builds[] = {
    {.build_id = {0x67, 0xad, 0xfe, 0xa5, 0x74, 0xcc, 0x93, 0x57, 0xd8, 0x58,
                  0xbf, 0x79, 0xac, 0xc7, 0x00, 0xc6, 0x60, 0x12, 0x6c, 0x81},
     .layout = 0,
     .package = "libc6 2.36-8 arm64"},
    {.build_id = {0x6f, 0x26, 0x8f, 0xf5, 0x46, 0xc5, 0x6d, 0x7f, 0x14, 0xe9,
                  0x50, 0x1a, 0x55, 0x69, 0x8c, 0xc2, 0xd0, 0xab, 0x47, 0x32},
     .layout = 1,
     .package = "libc6 2.36-9+deb12u14 arm64"},
    {.build_id = {0x0e, 0xbe, 0x15, 0x95, 0xb8, 0x27, 0x1c, 0x41, 0xcc, 0xff,
                  0x2a, 0x40, 0xcc, 0xb7, 0x29, 0x06, 0x47, 0x93, 0x37, 0x48},
     .layout = 1,
     .package = "libc6 2.36-9+deb12u7 arm64"},
};
const size_t glibc_build_count = sizeof glibc_builds / sizeof *glibc_builds;
// clang-format on
