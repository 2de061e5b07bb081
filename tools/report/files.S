/* The fixed parts of the page, each with a zero at its end. The scripts, which use
 * each other, are one. */
    .section .rodata
    .globl page_html, page_css, page_js
page_html:
    .incbin "page.html"
    .byte 0
page_css:
    .incbin "page.css"
    .byte 0
page_js:
    .incbin "data.js"
    .incbin "dom.js"
    .incbin "table.js"
    .incbin "overview.js"
    .incbin "timeline.js"
    .incbin "graph.js"
    .incbin "memory.js"
    .incbin "bindings.js"
    .incbin "got.js"
    .incbin "tls.js"
    .incbin "order.js"
    .incbin "cost.js"
    .incbin "search.js"
    .incbin "changes.js"
    .incbin "app.js"
    .byte 0
    .section .note.GNU-stack, "", %progbits
