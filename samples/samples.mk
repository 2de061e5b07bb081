# Builds the samples into $(BUILD)/samples, and those that make sense for musl also into
# $(BUILD)/samples/musl. In: ARCH and BUILD from the top Makefile. Out: the target `samples`.
#
#   $(call glibc,TARGET,SOURCES,LIBRARIES,FLAGS)    one rule for glibc
#   $(call musl,…)  $(call both,…)                  for musl; for both
#
# A target that ends in .so becomes a shared library with its file name as soname. Linker options are written as
# -Xlinker X, as a comma would end the argument. Every object searches its own folder, unless FLAGS has an rpath; static ones search
# nothing (glibc refuses to start with a run-path).

S := $(BUILD)/samples
SAMPLE_CC ?= gcc
SAMPLE_CXX ?= g++
SAMPLE_MUSL_CC ?= musl-gcc
RUSTC ?= /usr/bin/rustc
CARGO ?= /usr/bin/cargo
SAMPLE_WARN := -Wall -Wextra -Werror -O1 -g
SAMPLE_HEADERS := $(wildcard samples/*.h samples/*.map)
HAVE_MUSL := $(shell command -v $(SAMPLE_MUSL_CC))

# 1 folder, 2 target, 3 sources, 4 libraries, 5 flags, 6 compiler
define sample_rule
SAMPLE_FILES += $(1)/$(2)
$(1)/$(2): $(addprefix samples/,$(3)) $(addprefix $(1)/,$(4)) $(SAMPLE_HEADERS) samples/samples.mk
	@mkdir -p $$(@D)
	$(6) $(SAMPLE_WARN) $(if $(filter %.so,$(2)),-fPIC -shared -Wl$(comma)-soname$(comma)$(notdir $(2))) \
	    -o $$@ $(addprefix samples/,$(3)) $(5) -Xlinker --no-as-needed $(addprefix $(1)/,$(4)) \
	    -Xlinker -rpath-link -Xlinker $(1) $(if $(findstring rpath,$(5))$(filter -static%,$(5)),,$(ORIGIN))
endef
comma := ,
RPATH = -Xlinker -rpath -Xlinker
ORIGIN = $(RPATH) '$$$$ORIGIN'
sample_compiler = $(if $(filter %.cc,$(1)),$(SAMPLE_CXX) -std=gnu++17,$(SAMPLE_CC) -std=gnu17)
glibc = $(eval $(call sample_rule,$(S),$(1),$(2),$(3),$(4),$(call sample_compiler,$(2))))
musl = $(if $(HAVE_MUSL),$(eval $(call sample_rule,$(S)/musl,$(1),$(2),$(3),$(4),$(SAMPLE_MUSL_CC) -std=gnu17)))
both = $(glibc)$(musl)

# Without libc: PIE, fixed address, static, and with a library.
NOLIBC := -nostdlib -ffreestanding -fno-stack-protector
$(call glibc,hello_nolibc,hello_nolibc.c,,$(NOLIBC) -pie)
$(call glibc,hello_nolibc_static,hello_nolibc.c,,$(NOLIBC) -no-pie -static)
$(call glibc,hello_nolibc_static_pie,hello_nolibc.c,,$(NOLIBC) -static-pie)
$(call glibc,libnolibc.so,libnolibc.c,,$(NOLIBC))
$(call glibc,user_nolibc,user_nolibc.c,libnolibc.so,$(NOLIBC) -pie)
$(call glibc,user_nolibc_exec,user_nolibc.c,libnolibc.so,$(NOLIBC) -no-pie -fno-pic)

# Kinds of programs.
$(call both,hello,hello.c)
$(call both,hello_exec,hello.c,,-no-pie)
$(call both,hello_static,hello.c,,-static)
$(call glibc,hello_static_pie,hello.c,,-static-pie)
$(call both,libgreet.so,libgreet.c)
$(call both,greet,greet.c,libgreet.so)
$(call both,greet_exec,greet.c,libgreet.so,-no-pie -fno-pic)
$(call both,greet_now,greet.c,libgreet.so,-z now)
$(call both,sysv/libgreet.so,libgreet.c,,-Xlinker --hash-style=sysv)
$(call both,sysv/greet,greet.c,sysv/libgreet.so,-Xlinker --hash-style=sysv)
$(call both,libinterpose.so,interpose.c)

# LD_PROFILE. One segment for code and tables: sprof takes a function's address for its place in the code.
$(call glibc,libcounted.so,libcounted.c,,-z noseparate-code)
$(call glibc,counted,counted.c,libcounted.so,-pthread)
$(call glibc,counted_now,counted.c,libcounted.so,-pthread -z now)

# Order of constructors and destructors. `order` needs a and b, a needs c, b needs c and d (which goes first), e
# is opened later and needs f; x and y need each other.
ORDER = -DORDER_NAME='"$(1)"' -Xlinker -init=order_init -Xlinker -fini=order_fini
$(call both,liborder_c.so,liborder.c,,$(call ORDER,c))
$(call both,liborder_d.so,liborder.c,,$(call ORDER,d) -z initfirst)
$(call both,liborder_a.so,liborder.c,liborder_c.so,$(call ORDER,a))
$(call both,liborder_b.so,liborder.c,liborder_c.so liborder_d.so,$(call ORDER,b))
$(call both,liborder_f.so,liborder.c,,$(call ORDER,f))
$(call both,liborder_e.so,liborder.c,liborder_f.so liborder_c.so,$(call ORDER,e))
$(call both,cycle/liborder_x.so,liborder.c,,$(call ORDER,x))
$(call both,liborder_y.so,liborder.c,cycle/liborder_x.so,$(call ORDER,y))
$(call both,liborder_x.so,liborder.c,liborder_y.so,$(call ORDER,x))
$(call both,order,order.c,liborder_a.so liborder_b.so)
$(call both,order_cycle,order.c,liborder_x.so liborder_a.so)

# Binding.
$(call both,liblazy.so,liblazy.c)
$(call both,lazy,lazy.c,liblazy.so,-z lazy)
$(call glibc,depth,depth.c,,-z lazy -fno-builtin)
$(call both,lazy_now,lazy.c,liblazy.so,-z now)
$(call both,lazy_now_norelro,lazy.c,liblazy.so,-z now -z norelro)
$(call both,libargs.so,libargs.c)
$(call both,args,args.c,libargs.so,-z lazy)
$(call both,libcopy.so,libcopy.c)
$(call both,copy,copy.c,libcopy.so,-no-pie -fno-pic)
$(call both,copy_pie,copy.c,libcopy.so,-pie -fPIE)
$(call glibc,libifunc.so,libifunc.c)
$(call glibc,ifunc,ifunc.c,libifunc.so)
$(call glibc,ifunc_exec,ifunc.c,libifunc.so,-no-pie -fno-pic)
$(call glibc,ifunc_now,ifunc.c,libifunc.so,-z now)
$(call glibc,libifunc_vectors.so,libifunc_vectors.c)
$(call glibc,ifunc_vectors,ifunc_vectors.c,libifunc_vectors.so,-z lazy)
PACK_RELR := $(if $(filter x86_64,$(ARCH)),-z pack-relative-relocs)
$(call glibc,relr,relr.c,,$(PACK_RELR))
$(call both,rela,relr.c)

# Versions: libraries of four ages, programs linked with each.
VERSION = -DVERSION=$(1) $(if $(filter 0,$(1)),,-Xlinker --version-script=samples/libversion_$(1).map)
$(call both,version_0/libversion.so,libversion.c,,$(call VERSION,0))
$(call both,version_1/libversion.so,libversion.c,,$(call VERSION,1))
$(call both,version_2/libversion.so,libversion.c,,$(call VERSION,2))
$(call both,version_3/libversion.so,libversion.c,,$(call VERSION,3))
$(call both,sysv/libversion.so,libversion.c,,$(call VERSION,3) -Xlinker --hash-style=sysv)
$(call both,version_0/version,version.c,version_0/libversion.so,$(RPATH) /nowhere)
$(call both,version_1/version,version.c,version_1/libversion.so,$(RPATH) /nowhere)
$(call both,version_2/version,version.c,version_2/libversion.so,$(RPATH) /nowhere)
$(call both,version_3/version,version.c,version_3/libversion.so,$(RPATH) /nowhere -DQUESTION)

# Scope.
SCOPE = -DSCOPE_NAME=$(1) -DSCOPE_TEXT='"$(1)"'
$(call both,libscope_a.so,libscope.c,,$(call SCOPE,a) -DSCOPE_WEAK)
$(call both,libscope_b.so,libscope.c,,$(call SCOPE,b))
$(call both,symbolic/libscope_b.so,libscope.c,,$(call SCOPE,b) -Xlinker -Bsymbolic)
# libscope_b.so with DT_SYMBOLIC, but with its references left open, as no link editor does both: the flag takes the place of
# DT_RELACOUNT, which is only a hint.
SAMPLE_FILES += $(S)/flagged/libscope_b.so
$(S)/flagged/libscope_b.so: $(S)/libscope_b.so
	@mkdir -p $(@D)
	cp $< $@
	printf '\020\0\0\0\0\0\0\0' | dd of=$@ bs=1 conv=notrunc status=none seek=$$(LC_ALL=C \
	    grep -obUaP '\xf9\xff\xff\x6f\x00\x00\x00\x00' $@ | head -n 1 | cut -d: -f1)
$(call both,scope,scope.c,libscope_a.so libscope_b.so)
$(call both,scope_symbolic,scope.c,libscope_a.so symbolic/libscope_b.so,$(RPATH) '$$$$ORIGIN/symbolic:$$$$ORIGIN')

# Thread-local storage: one library a model.
TLS = -DTLS_NAME=$(1) -ftls-model=$(2)
TLS_CALLS := -mtls-dialect=$(if $(filter x86_64,$(ARCH)),gnu,trad)
TLS_DESCRIPTORS := -mtls-dialect=$(if $(filter x86_64,$(ARCH)),gnu2,desc)
$(call both,libtls_gd.so,libtls.c,,$(call TLS,gd,global-dynamic) $(TLS_CALLS))
$(call both,libtls_ld.so,libtls.c,,$(call TLS,ld,local-dynamic) $(TLS_CALLS))
$(call both,libtls_ie.so,libtls.c,,$(call TLS,ie,initial-exec))
$(call both,libtls_small.so,libtls.c,,$(call TLS,small,initial-exec) -DTLS_SMALL)
$(call both,libtls_desc.so,libtls.c,,$(call TLS,desc,global-dynamic) $(TLS_DESCRIPTORS))
TLS_LIBRARIES := libtls_gd.so libtls_ld.so libtls_ie.so libtls_desc.so
$(call both,tls,tls.c,$(TLS_LIBRARIES),-pthread)
$(call both,tls_exec,tls.c,$(TLS_LIBRARIES),-pthread -no-pie -fno-pic)
$(call both,tls_dlopen,tls_dlopen.c,,-pthread -rdynamic)
$(call both,tls_many,tls_many.c,,-pthread -rdynamic)
$(call glibc,tls_reopen,tls_reopen.c,,-rdynamic)

# Opened at run time.
PLUGIN = -DPLUGIN_NAME='"$(1)"'
$(call both,libplugin_one.so,libplugin.c,,$(call PLUGIN,one))
$(call both,libplugin_two.so,libplugin.c,libgreet.so,$(call PLUGIN,two))
$(call both,libplugin_bad.so,libplugin.c,,$(call PLUGIN,bad) -DPLUGIN_NEEDS -z lazy)
$(call both,libplugin_orphan.so,libplugin.c,libempty.so,$(call PLUGIN,orphan) $(RPATH) /nowhere)
$(call both,libplugin_keep.so,libplugin.c,,$(call PLUGIN,keep) -z nodelete)
$(call both,plugin_host,plugin_host.c,,-rdynamic)
# Each fails to be opened, and brings others with it: a library of a library is missing; a symbol; a version; room.
$(call both,failed,failed.c,,-rdynamic)
$(call both,libfail_deep.so,libempty.c,libplugin_two.so libtls_gd.so libplugin_orphan.so)
$(call both,libfail_symbol.so,libplugin.c,libplugin_two.so libtls_gd.so,$(call PLUGIN,fail) -DPLUGIN_NEEDS -z now)
$(call both,libfail_version.so,version.c,version_3/libversion.so,$(RPATH) /nowhere -DQUESTION)
$(call both,libfail_tls.so,libempty.c,libgreet.so libtls_small.so libtls_ie.so)
$(call both,libfail_stack.so,libempty.c,libplugin_two.so libtls_gd.so,-z execstack)
$(call both,inspect,inspect.c,libgreet.so,-rdynamic)
$(call both,stress,stress.c,liblazy.so,-pthread -z lazy -rdynamic)
# On aarch64 libgcc's functions for atomic operations ask glibc what the processor can do.
ATOMICS := $(if $(filter aarch64,$(ARCH)),-mno-outline-atomics)
$(call both,threads,threads.c,,-pthread -rdynamic $(ATOMICS))
$(call both,libslot.so,libslot.c,liblazy.so,-z lazy)
$(call both,libeager.so,libeager.c,,-pthread)
$(call both,libslow.so,libslow.c)
$(call glibc,libgust_0.so,libgust.cc,,-DGUST=0)
$(call glibc,libgust_1.so,libgust.cc,,-DGUST=1)
$(call glibc,libgust_2.so,libgust.cc,,-DGUST=2)
$(call glibc,storm,storm.cc,liblazy.so,-pthread -z lazy -rdynamic)
$(call glibc,names,names.c)
$(call glibc,unwind,unwind.c,libcallback.so,-rdynamic -z lazy)
$(call glibc,libcallback.so,libcallback.c,,-fexceptions -z lazy)
$(call both,libnested.so,libnested.c)
$(call glibc,libpin.so,libpin.c,,-pthread)
$(call both,libborrow.so,libborrow.c,,-z lazy)
$(call both,liblend.so,libborrow.c,,-DLEND)
$(call glibc,libthrow.so,libthrow.cc)
$(call glibc,catch,catch.cc,libthrow.so,-pthread)

# For tools.
$(call glibc,trace,trace.c,,-rdynamic -pthread)
$(call glibc,libheld.so,libheld.c)
$(call glibc,libfaulty.so,libfaulty.c)
$(call glibc,faulty,faulty.c,,-pthread)
$(call glibc,held,held.c,,-pthread)

# Namespaces.
SPACE = -pthread -DSPACE_NAME='"$(1)"' -DSPACE_NUMBER=$(2)
$(call glibc,libspace_one.so,libspace.c,,$(call SPACE,one,1))
$(call glibc,libspace_two.so,libspace.c,libgreet.so,$(call SPACE,two,2))
$(call glibc,spaces,spaces.c,,-pthread -rdynamic)

# Auditors: with and without the calls at PLT entries; versions that are refused.
AUDITOR = -DAUDITOR_NAME='"$(1)"'
$(call glibc,libaudit.so,auditor.c,,$(call AUDITOR,audit))
$(call glibc,libaudit_plt.so,auditor.c,,$(call AUDITOR,plt) -DAUDITOR_PLT)
$(call glibc,libaudit_new.so,auditor.c,,$(call AUDITOR,new) -DAUDITOR_VERSION=99)
$(call glibc,libaudit_off.so,auditor.c,,$(call AUDITOR,off) -DAUDITOR_VERSION=0)
# Named by the program itself.
$(call glibc,greet_audited,greet.c,libgreet.so,-Xlinker --audit=./libaudit_off.so -Xlinker --depaudit=./libaudit.so)

# Mapping.
$(call both,libempty.so,libempty.c)
$(call both,libalign.so,libalign.c,,-z max-page-size=0x200000)
# Aligned to 4 KB alone: not for machines with larger pages.
$(call glibc,libpages4.so,libempty.c,,-z max-page-size=0x1000)
$(call both,align,align.c,libalign.so)
$(call both,bigbss,bigbss.c)
$(call both,execstack,execstack.c,,-pthread)
$(call both,execstack_yes,execstack.c,,-pthread -z execstack)
$(call both,libexecstack.so,libempty.c,,-z execstack)
$(call glibc,libseparate.so,libempty.c,,-z separate-code)
$(call glibc,libmixed.so,libempty.c,,-z noseparate-code)
$(call glibc,mapshow,mapshow.c,libgreet.so libalign.so)
$(call glibc,mapshow_exec,mapshow.c,libgreet.so libalign.so,-no-pie -fno-pic)
$(call glibc,mapshow_norelro,mapshow.c,libmixed.so libseparate.so,-z norelro)
$(call glibc,mapshow_relr,mapshow.c,libtls_gd.so,-z now $(PACK_RELR) -rdynamic -Xlinker --defsym=tls_anchor=main)
$(call both,startinfo,startinfo.c)
$(call both,startinfo_exec,startinfo.c,,-no-pie -fno-pic)
$(call both,secure,secure.c,libgreet.so)
$(call glibc,tunables,tunables.c,,-Wno-uninitialized)

# Search: the same library in many folders.
WHERE_FOLDERS := rpath runpath env lib/$(ARCH)-linux-gnu lib haswell $(ARCH) hwcaps \
    $(addprefix hwcaps/glibc-hwcaps/,mine x86-64-v2 x86-64-v3 x86-64-v4) \
    $(addprefix old/,tls/$(ARCH)/$(ARCH) tls/haswell tls/$(ARCH) tls $(ARCH)/$(ARCH) $(ARCH) haswell .)
$(foreach folder,$(WHERE_FOLDERS),$(call both,where/$(folder)/libwhere.so,libwhere.c,,-DWHERE='"$(folder)"'))
WHERE := $(RPATH) '$$$$ORIGIN/where
OLD_TAGS := -Xlinker --disable-new-dtags
$(call both,where_none,where.c,where/env/libwhere.so,$(RPATH) /nowhere)
$(call both,where_rpath,where.c,where/env/libwhere.so,$(OLD_TAGS) $(WHERE)/rpath')
$(call both,where_runpath,where.c,where/env/libwhere.so,$(WHERE)/runpath')
$(call both,where_list,where.c,where/env/libwhere.so,$(WHERE)/none::$$$${ORIGIN}/where/runpath')
$(call both,where_lib,where.c,where/env/libwhere.so,$(WHERE)/$$$$LIB')
$(call both,where_platform,where.c,where/env/libwhere.so,$(WHERE)/$$$${PLATFORM}')
$(call both,libmiddle.so,libmiddle.c,where/env/libwhere.so,$(OLD_TAGS) -DNONE=rpath)
$(call both,middle_rpath/libmiddle.so,libmiddle.c,where/env/libwhere.so,$(OLD_TAGS) $(RPATH) '$$$$ORIGIN/../where/rpath')
$(call both,middle_runpath/libmiddle.so,libmiddle.c,where/env/libwhere.so,$(RPATH) '$$$$ORIGIN/../where/runpath')
LINK_WHERE := -DMIDDLE -Xlinker -rpath-link -Xlinker $(S)/where/env
$(call both,middle_by_rpath,where.c,libmiddle.so,$(LINK_WHERE) $(OLD_TAGS) $(WHERE)/rpath:$$$$ORIGIN')
$(call both,middle_by_runpath,where.c,libmiddle.so,$(LINK_WHERE) $(WHERE)/runpath:$$$$ORIGIN')
$(call both,middle_own_rpath,where.c,middle_rpath/libmiddle.so,$(LINK_WHERE) $(OLD_TAGS) $(RPATH) '$$$$ORIGIN/middle_rpath')
$(call both,middle_own_runpath,where.c,middle_runpath/libmiddle.so,$(LINK_WHERE) $(OLD_TAGS) $(WHERE)/rpath:$$$$ORIGIN/middle_runpath')
$(call both,outer/libouter.so,libmiddle.c,libmiddle.so,-DOUTER $(LINK_WHERE) $(OLD_TAGS) $(RPATH) '$$$$ORIGIN/../where/rpath:$$$$ORIGIN/..')
$(call both,middle_by_outer,where.c,outer/libouter.so,-Dmiddle_where=outer_where $(LINK_WHERE) $(OLD_TAGS) $(RPATH) '$$$$ORIGIN/outer')

# Filters: a library whose symbols are to come from another one.
FILTER = -DWHERE='"$(1)"' -Xlinker $(2) -Xlinker $(3)
$(call both,libfiltee.so,libwhere.c,,-DWHERE='"filtee"')
$(call both,libfilter.so,libwhere.c,,$(call FILTER,filter,-F,libfiltee.so))
$(call both,libauxiliary.so,libwhere.c,,$(call FILTER,auxiliary,-f,libfiltee.so))
$(call both,libfilter_missing.so,libwhere.c,,$(call FILTER,filter,-F,libmissing.so))
$(call both,libauxiliary_missing.so,libwhere.c,,$(call FILTER,auxiliary,-f,libmissing.so))
$(call both,libauxiliary_two.so,libwhere.c,liborder_c.so,$(call FILTER,auxiliary,-f,libmissing.so) -Xlinker -f -Xlinker libfiltee.so)
$(foreach name,filter auxiliary filter_missing auxiliary_missing auxiliary_two,\
    $(call both,where_$(name),where.c,lib$(name).so))
$(call both,where_filter_late,where.c,libempty.so libfilter.so libfiltee.so)
$(call both,where_filter_early,where.c,libfiltee.so libfilter.so)
$(call both,where_filter_twice,where.c,libauxiliary.so libfilter.so)

# What a library says about itself.
$(call both,libnoopen.so,libwhere.c,,-DWHERE='"noopen"' -z nodlopen)
$(call both,libuses_noopen.so,libmiddle.c,libnoopen.so,-DNONE=noopen)
$(call both,where_noopen,where.c,libnoopen.so)
$(call both,libglobal.so,libwhere.c,,-DWHERE='"global"' -z global)
$(call both,libflagged.so,libwhere.c,,-DWHERE='"flagged"' -z origin -z loadfltr -Xlinker -Bgroup)
$(call both,where_flagged,where.c,libflagged.so)
$(call both,libtextrel.so,libtextrel.c,,-z notext)
$(call both,where_nodeflib,where.c,where/env/libwhere.so,-z nodefaultlib $(RPATH) /nowhere)
$(call both,where_nodeflib_rpath,where.c,where/env/libwhere.so,-z nodefaultlib $(WHERE)/runpath:/lib/$(ARCH)-linux-gnu')

# Checksum: C and Rust, linked and opened.
$(call both,libchecksum.so,libchecksum.c)
$(call both,checksum_linked,checksum_linked.c,libchecksum.so)
$(call both,checksum_opened,checksum_opened.c)
SAMPLE_RUST := $(addprefix $(S)/,librust_checksum.so checksum_linked_rust checksum_libloading)

# For another machine: Debian's Rust libraries of that machine, of the same version as the compiler.
ifneq ($(CROSS),)
RUST_TARGET := $(ARCH)-unknown-linux-gnu
RUST_ROOT := build/$(ARCH)/rust
RUST_FLAGS := --sysroot $(CURDIR)/$(RUST_ROOT)/usr -C linker=$(CROSS)gcc
$(RUST_ROOT)/packages:
	@tools/cross $(ARCH) $(RUST_ROOT) rust
$(SAMPLE_RUST): | $(RUST_ROOT)/packages
endif
FOR_TARGET := $(addprefix --target ,$(RUST_TARGET))

$(S)/librust_checksum.so: samples/rust_checksum.rs
	@mkdir -p $(@D)
	$(RUSTC) $(FOR_TARGET) $(RUST_FLAGS) --edition 2021 -O --crate-type cdylib -C link-arg=-Wl,-soname,$(@F) -o $@ $<
$(S)/checksum_linked_rust: samples/checksum_linked.rs $(S)/libchecksum.so
	$(RUSTC) $(FOR_TARGET) $(RUST_FLAGS) --edition 2021 -O -L $(S) -C link-arg='-Wl,-rpath,$$ORIGIN' -o $@ $<
$(S)/checksum_libloading: $(wildcard samples/checksum_libloading/src/*.rs samples/checksum_libloading/Cargo.toml)
	@mkdir -p $(BUILD)/cargo && cp -r samples/checksum_libloading $(BUILD)/cargo/
	cd $(BUILD)/cargo/checksum_libloading && RUSTC=$(RUSTC) RUSTFLAGS='$(RUST_FLAGS)' $(CARGO) build --quiet --offline --release $(FOR_TARGET) --target-dir ../target
	cp $(BUILD)/cargo/target/$(RUST_TARGET)/release/$(@F) $@
$(call glibc,checksum_linked_rustlib,checksum_linked.c,librust_checksum.so,-DRUST)

# Relative relocations packed by LLVM's link editor, for GNU ld packs those of x86_64 alone.
SAMPLE_FILES += $(S)/librelr.so
$(S)/librelr.so: samples/librelr.c samples/samples.mk
	$(SAMPLE_CC) $(SAMPLE_WARN) $(NOLIBC) -fPIC -c -o $@.o $<
	ld.lld -shared --pack-dyn-relocs=relr -soname $(@F) -o $@ $@.o
$(call glibc,relr_user,relr_user.c,librelr.so)

# What only aarch64 has: checked branches, signed PLTs, functions of a variant calling convention.
ifeq ($(ARCH),aarch64)
GUARDED := -mbranch-protection=standard -nostartfiles
$(call glibc,libbranch.so,libbranch.c,,$(GUARDED))
$(call glibc,unguarded/libbranch.so,libbranch.c,,-mbranch-protection=none -nostartfiles)
$(call glibc,branch,branch.c,libbranch.so,$(RPATH) '$$$$ORIGIN')
$(call glibc,branch_nolibc,branch_nolibc.c,,$(NOLIBC) $(GUARDED) -pie)
# its PLT, too, is guarded: DT_AARCH64_BTI_PLT
$(call glibc,guarded/libgreet.so,libgreet.c,,$(GUARDED))
$(call glibc,ifunc_arguments,ifunc_arguments.c)
$(call glibc,libsigned.so,libsigned.c,,-z pac-plt -z lazy)
$(call glibc,signed,signed.c,libsigned.so)
$(call both,libvariant.so,libvariant.c)
$(call both,lacks_variant/libvariant.so,libvariant.c,,-DLACKS_VARIANT)
$(call both,lacks_plain/libvariant.so,libvariant.c,,-DLACKS_PLAIN)
$(call both,variant,variant.c,libvariant.so,-z lazy)
endif

ifneq ($(wildcard samples/ifunc_slots.c),)
$(call glibc,ifunc_slots,ifunc_slots.c)
endif

.PHONY: samples
samples: $(SAMPLE_FILES) $(SAMPLE_RUST)
