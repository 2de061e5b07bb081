/* Layouts of glibc's private structures on x86_64: written by tools/glibc-layouts.
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
    "glibc.cpu.x86_shared_cache_size\0"
    "glibc.pthread.rseq\0"
    "glibc.mem.tagging\0"
    "glibc.elision.tries\0"
    "glibc.elision.enable\0"
    "glibc.malloc.hugetlb\0"
    "glibc.cpu.x86_rep_movsb_threshold\0"
    "glibc.malloc.mxfast\0"
    "glibc.rtld.dynamic_sort\0"
    "glibc.elision.skip_lock_busy\0"
    "glibc.malloc.top_pad\0"
    "MALLOC_TOP_PAD_\0"
    "glibc.cpu.x86_rep_stosb_threshold\0"
    "glibc.cpu.x86_non_temporal_threshold\0"
    "glibc.cpu.x86_shstk\0"
    "glibc.pthread.stack_cache_size\0"
    "glibc.gmon.minarcs\0"
    "glibc.cpu.hwcap_mask\0"
    "LD_HWCAP_MASK\0"
    "glibc.malloc.mmap_max\0"
    "MALLOC_MMAP_MAX_\0"
    "glibc.elision.skip_trylock_internal_abort\0"
    "glibc.malloc.tcache_unsorted_limit\0"
    "glibc.cpu.x86_ibt\0"
    "glibc.cpu.hwcaps\0"
    "glibc.elision.skip_lock_internal_abort\0"
    "glibc.malloc.arena_max\0"
    "MALLOC_ARENA_MAX\0"
    "glibc.malloc.mmap_threshold\0"
    "MALLOC_MMAP_THRESHOLD_\0"
    "glibc.cpu.x86_data_cache_size\0"
    "glibc.malloc.tcache_count\0"
    "glibc.malloc.arena_test\0"
    "MALLOC_ARENA_TEST\0"
    "glibc.pthread.mutex_spin_count\0"
    "glibc.gmon.maxarcs\0"
    "glibc.rtld.optional_static_tls\0"
    "glibc.malloc.tcache_max\0"
    "glibc.malloc.check\0"
    "MALLOC_CHECK_\0";

const struct glibc_tunable glibc_tunables[] = {
    {1, 0, 0, 2, 4, 1, 16}, /* glibc.rtld.nns */
    {16, 0, 0, 0, 3, 0, INT32_MAX}, /* glibc.elision.skip_lock_after_retries */
    {54, 82, 1, 2, 0, 0, -1}, /* glibc.malloc.trim_threshold */
    {105, 126, 1, 0, 0, 0, 255}, /* glibc.malloc.perturb */
    {142, 0, 0, 2, 0, 0, -1}, /* glibc.cpu.x86_shared_cache_size */
    {174, 0, 0, 0, 1, 0, 1}, /* glibc.pthread.rseq */
    {193, 0, 1, 0, 0, 0, 255}, /* glibc.mem.tagging */
    {211, 0, 0, 0, 3, 0, INT32_MAX}, /* glibc.elision.tries */
    {231, 0, 0, 0, 0, 0, 1}, /* glibc.elision.enable */
    {252, 0, 0, 2, 0, 0, -1}, /* glibc.malloc.hugetlb */
    {273, 0, 0, 2, 0, 1, -1}, /* glibc.cpu.x86_rep_movsb_threshold */
    {307, 0, 1, 2, 0, 0, -1}, /* glibc.malloc.mxfast */
    {327, 0, 0, 0, 2, 1, 2}, /* glibc.rtld.dynamic_sort */
    {351, 0, 0, 0, 3, 0, INT32_MAX}, /* glibc.elision.skip_lock_busy */
    {380, 401, 1, 2, 0, 0, -1}, /* glibc.malloc.top_pad */
    {417, 0, 0, 2, 2048, 1, -1}, /* glibc.cpu.x86_rep_stosb_threshold */
    {451, 0, 0, 2, 0, 0, -1}, /* glibc.cpu.x86_non_temporal_threshold */
    {488, 0, 0, 3, 0, 0, 0}, /* glibc.cpu.x86_shstk */
    {508, 0, 0, 2, 41943040, 0, -1}, /* glibc.pthread.stack_cache_size */
    {539, 0, 0, 0, 50, 50, INT32_MAX}, /* glibc.gmon.minarcs */
    {558, 579, 0, 1, 6, 0, -1}, /* glibc.cpu.hwcap_mask */
    {593, 615, 1, 0, 0, 0, INT32_MAX}, /* glibc.malloc.mmap_max */
    {632, 0, 0, 0, 3, 0, INT32_MAX}, /* glibc.elision.skip_trylock_internal_abort */
    {674, 0, 0, 2, 0, 0, -1}, /* glibc.malloc.tcache_unsorted_limit */
    {709, 0, 0, 3, 0, 0, 0}, /* glibc.cpu.x86_ibt */
    {727, 0, 0, 3, 0, 0, 0}, /* glibc.cpu.hwcaps */
    {744, 0, 0, 0, 3, 0, INT32_MAX}, /* glibc.elision.skip_lock_internal_abort */
    {783, 806, 1, 2, 0, 1, -1}, /* glibc.malloc.arena_max */
    {823, 851, 1, 2, 0, 0, -1}, /* glibc.malloc.mmap_threshold */
    {874, 0, 0, 2, 0, 0, -1}, /* glibc.cpu.x86_data_cache_size */
    {904, 0, 0, 2, 0, 0, -1}, /* glibc.malloc.tcache_count */
    {930, 954, 1, 2, 0, 1, -1}, /* glibc.malloc.arena_test */
    {972, 0, 0, 0, 100, 0, 32767}, /* glibc.pthread.mutex_spin_count */
    {1003, 0, 0, 0, 1048576, 50, INT32_MAX}, /* glibc.gmon.maxarcs */
    {1022, 0, 0, 2, 512, 0, -1}, /* glibc.rtld.optional_static_tls */
    {1053, 0, 0, 2, 0, 0, -1}, /* glibc.malloc.tcache_max */
    {1077, 1096, 0, 0, 0, 0, 3}, /* glibc.malloc.check */
};

const struct glibc_layout glibc_layouts[] = {
    /* 0: 2.36-9+deb12u14 amd64, 2.36-9+deb12u7 amd64 */
    {.version_minor = 36,
     .tunable_count = 37,
     .first_tunable = 0,
     .field = {
         [GLIBC_gl_size] = 4336,
         [GLIBC_gl_ns] = 0,
         [GLIBC_ns_size] = 160,
         [GLIBC_ns_loaded] = 0,
         [GLIBC_ns_nloaded] = 8,
         [GLIBC_ns_libc_map] = 32,
         [GLIBC_gl_nns] = 2560,
         [GLIBC_gl_profile_map] = 2704,
         [GLIBC_gl_load_lock] = 2568,
         [GLIBC_gl_load_write_lock] = 2608,
         [GLIBC_gl_load_tls_lock] = 2648,
         [GLIBC_gl_load_adds] = 2688,
         [GLIBC_gl_all_dirs] = 2728,
         [GLIBC_gl_stack_flags] = 4192,
         [GLIBC_gl_tls_max_dtv_idx] = 4200,
         [GLIBC_gl_tls_dtv_slotinfo_list] = 4208,
         [GLIBC_gl_tls_static_used] = 4224,
         [GLIBC_gl_tls_generation] = 4248,
         [GLIBC_gl_initial_dtv] = 4240,
         [GLIBC_gl_stack_used] = 4264,
         [GLIBC_gl_stack_user] = 4280,
         [GLIBC_gl_stack_cache] = 4296,
         [GLIBC_gl_stack_cache_lock] = 4328,
         [GLIBC_mutex_kind] = 16,
         [GLIBC_slotinfo_list_size] = 16,
         [GLIBC_slotinfo_len] = 0,
         [GLIBC_slotinfo_next] = 8,
         [GLIBC_slotinfo_array] = 16,
         [GLIBC_slotinfo_size] = 16,
         [GLIBC_slotinfo_gen] = 0,
         [GLIBC_slotinfo_map] = 8,
         [GLIBC_ro_size] = 896,
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
         [GLIBC_ro_hwcap2] = 776,
         [GLIBC_ro_hwcap3] = GLIBC_ABSENT,
         [GLIBC_ro_hwcap4] = GLIBC_ABSENT,
         [GLIBC_ro_auxv] = 104,
         [GLIBC_ro_tls_static_size] = 672,
         [GLIBC_ro_tls_static_align] = 680,
         [GLIBC_ro_tls_static_surplus] = 688,
         [GLIBC_ro_init_all_dirs] = 712,
         [GLIBC_ro_sysinfo_dso] = 720,
         [GLIBC_ro_sysinfo_map] = 728,
         [GLIBC_ro_vdso_clock_gettime64] = 736,
         [GLIBC_ro_vdso_gettimeofday] = 744,
         [GLIBC_ro_vdso_time] = 752,
         [GLIBC_ro_vdso_getcpu] = 760,
         [GLIBC_ro_vdso_clock_getres_time64] = 768,
         [GLIBC_ro_debug_printf] = 792,
         [GLIBC_ro_mcount] = 800,
         [GLIBC_ro_lookup_symbol_x] = 808,
         [GLIBC_ro_catch_error] = 832,
         [GLIBC_ro_error_free] = 840,
         [GLIBC_ro_tls_get_addr_soft] = 848,
         [GLIBC_ro_libc_freeres] = 856,
         [GLIBC_ro_find_object] = 864,
         [GLIBC_ro_dlfcn_hook] = 872,
         [GLIBC_ro_naudit] = 888,
         [GLIBC_lm_size] = 1192,
         [GLIBC_lm_real] = 40,
         [GLIBC_lm_ns] = 48,
         [GLIBC_lm_libname] = 56,
         [GLIBC_lm_info] = 64,
         [GLIBC_lm_phdr] = 704,
         [GLIBC_lm_entry] = 712,
         [GLIBC_lm_phnum] = 720,
         [GLIBC_lm_ldnum] = 722,
         [GLIBC_lm_nbuckets] = 780,
         [GLIBC_lm_gnu_bitmask_idxbits] = 784,
         [GLIBC_lm_gnu_shift] = 788,
         [GLIBC_lm_gnu_bitmask] = 792,
         [GLIBC_lm_gnu_buckets] = 800,
         [GLIBC_lm_gnu_chain_zero] = 808,
         [GLIBC_lm_map_start] = 880,
         [GLIBC_lm_map_end] = 888,
         [GLIBC_lm_text_end] = 896,
         [GLIBC_lm_tls_initimage] = 1104,
         [GLIBC_lm_tls_initimage_size] = 1112,
         [GLIBC_lm_tls_blocksize] = 1120,
         [GLIBC_lm_tls_align] = 1128,
         [GLIBC_lm_tls_offset] = 1144,
         [GLIBC_lm_tls_modid] = 1152,
         [GLIBC_lm_tls_dtor_count] = 1160,
         [GLIBC_lm_relro_addr] = 1168,
         [GLIBC_lm_relro_size] = 1176,
         [GLIBC_pt_size] = 2368,
         [GLIBC_pt_alignment] = 64,
         [GLIBC_pt_header_dtv] = 8,
         [GLIBC_pt_header_self] = 16,
         [GLIBC_pt_header_tcb] = 0,
         [GLIBC_pt_stack_guard] = 40,
         [GLIBC_pt_pointer_guard] = 48,
         [GLIBC_pt_list] = 704,
         [GLIBC_pt_tid] = 720,
         [GLIBC_pt_robust_prev] = 728,
         [GLIBC_pt_robust_head] = 736,
         [GLIBC_pt_specific_1stblock] = 784,
         [GLIBC_pt_specific] = 1296,
         [GLIBC_pt_report_events] = 1553,
         [GLIBC_pt_user_stack] = 1554,
         [GLIBC_pt_stackblock] = 1680,
         [GLIBC_pt_stackblock_size] = 1688,
         [GLIBC_pt_guardsize] = 1696,
         [GLIBC_pt_rseq_area] = 2336,
         [GLIBC_mutex_lock] = 0,
         [GLIBC_mutex_list] = 32,
         [GLIBC_ro_cpu_features] = 112,
         [GLIBC_cpu_size] = 480,
         [GLIBC_cpu_kind] = 0,
         [GLIBC_cpu_max_cpuid] = 4,
         [GLIBC_cpu_family] = 8,
         [GLIBC_cpu_model] = 12,
         [GLIBC_cpu_stepping] = 16,
         [GLIBC_cpu_features] = 20,
         [GLIBC_cpu_feature_size] = 32,
         [GLIBC_cpu_feature_cpuid] = 0,
         [GLIBC_cpu_feature_active] = 16,
         [GLIBC_cpu_preferred] = 308,
         [GLIBC_cpu_isa] = 312,
         [GLIBC_cpu_xsave_size] = 320,
         [GLIBC_cpu_xsave_full_size] = 328,
         [GLIBC_cpu_data_cache_size] = 336,
         [GLIBC_cpu_shared_cache_size] = 344,
         [GLIBC_cpu_non_temporal] = 352,
         [GLIBC_cpu_rep_movsb] = 360,
         [GLIBC_cpu_rep_movsb_stop] = 368,
         [GLIBC_cpu_rep_stosb] = 376,
         [GLIBC_cpu_l1i_size] = 384,
         [GLIBC_cpu_l1i_line] = 392,
         [GLIBC_cpu_l1d_size] = 400,
         [GLIBC_cpu_l1d_assoc] = 408,
         [GLIBC_cpu_l1d_line] = 416,
         [GLIBC_cpu_l2_size] = 424,
         [GLIBC_cpu_l2_assoc] = 432,
         [GLIBC_cpu_l2_line] = 440,
         [GLIBC_cpu_l3_size] = 448,
         [GLIBC_cpu_l3_assoc] = 456,
         [GLIBC_cpu_l3_line] = 464,
         [GLIBC_cpu_l4_size] = 472,
         [GLIBC_cpu_midr] = GLIBC_ABSENT,
         [GLIBC_cpu_zva_size] = GLIBC_ABSENT,
         [GLIBC_cpu_bti] = GLIBC_ABSENT,
         [GLIBC_cpu_tagging] = GLIBC_ABSENT,
         [GLIBC_cpu_sve] = GLIBC_ABSENT,
     }},
};

const struct glibc_build glibc_builds[] = {
    {.build_id = {0x93, 0xac, 0x61, 0xec, 0x5a, 0x8e, 0xb1, 0x39, 0x6f, 0x9f,
                  0xbd, 0x35, 0x0e, 0x31, 0x69, 0xa5, 0x58, 0x52, 0x8a, 0x40},
     .layout = 0,
     .package = "libc6 2.36-9+deb12u14 amd64"},
    {.build_id = {0x58, 0x25, 0x4c, 0xa9, 0x72, 0x02, 0x84, 0x02, 0xbc, 0x40,
                  0x62, 0x4f, 0x81, 0x38, 0x8d, 0x85, 0xec, 0x95, 0xf7, 0x0d},
     .layout = 0,
     .package = "libc6 2.36-9+deb12u7 amd64"},
};
const size_t glibc_build_count = sizeof glibc_builds / sizeof *glibc_builds;
// clang-format on
