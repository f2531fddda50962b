// validatorUrl is null: no other host hears of this API.
SwaggerUIBundle({
  dom_id: "#swagger-ui",
  url: document.getElementById("swagger-ui").dataset.schema,
  validatorUrl: null,
});
