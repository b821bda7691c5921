const place = document.getElementById("docs");
SwaggerUIBundle({
  url: place.dataset.spec,
  domNode: place,
  deepLinking: true,
  validatorUrl: null,
  requestInterceptor: (request) => {
    request.credentials = "same-origin";
    return request;
  },
});
